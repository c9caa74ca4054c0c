#include "pipeline/python_lines.h"

#include <fmt/format.h>

#include <set>

#include "base/json.h"
#include "pipeline/source_container.h"
#include "store/s3_store.h"
#include "store/url.h"

namespace vdp {
namespace {

/// A text as a Python literal.
std::string literal(const std::string& text) { return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string_view literal(bool value) { return value ? "True" : "False"; }

/// What the lines are put together of.
struct Script {
  std::set<std::string> imports = {"icechunk"};  ///< of the standard library, too
  std::string preparation;                       ///< whole lines before the repository is opened
  std::string credentials;                       ///< an expression: what the container's files are read with
  std::string options;                           ///< further arguments of Repository.open
};

/// Temporary keys as this engine gets them (see net/aws/earthdata_credentials.h). A function that gets them again would
/// have to be one that icechunk can pickle, which depends on where the lines are pasted.
void add_earthdata_keys(const StoreAccess& access, Script& script) {
  script.imports.insert({"json", "os", "urllib.request"});
  script.preparation += fmt::format(
      "token = {{\"Authorization\": \"Bearer \" + os.environ[\"EARTHDATA_TOKEN\"]}}\n"
      "request = urllib.request.Request({}, headers=token)\n"
      "keys = json.load(urllib.request.urlopen(request))  # for one hour\n",
      literal(access.credentials_url));
  script.credentials =
      "icechunk.s3_static_credentials(access_key_id=keys[\"accessKeyId\"], "
      "secret_access_key=keys[\"secretAccessKey\"], session_token=keys[\"sessionToken\"])";
}

/// A repository's configuration is read by everybody: what is secret in a header is added to it by each reader.
void add_header(const std::string& prefix, const std::string& value, Script& script) {
  script.preparation += fmt::format(
      "files = icechunk.http_store(headers={{\"Authorization\": {}}})\n"
      "config = icechunk.RepositoryConfig()\n"
      "config.set_virtual_chunk_container(icechunk.VirtualChunkContainer({}, files))\n",
      value, literal(prefix));
  script.options = ", config=config";
}

void add_http_access(const dataset::SourceSpec& source, Script& script) {
  script.credentials = "icechunk.credentials.Credentials.HttpAccess()";
  const auto bearer = [&](std::string_view variable) {
    script.imports.insert("os");
    add_header(source.prefix, fmt::format("\"Bearer \" + os.environ[\"{}\"]", variable), script);
  };
  switch (source.access.kind) {
    case AccessKind::bearer:
      bearer("VDP_BEARER_TOKEN");
      return;
    case AccessKind::earthdata:
      bearer("EARTHDATA_TOKEN");
      return;
    case AccessKind::http_basic: {
      script.imports.insert({"base64", "netrc"});
      const auto url = parse_url(source.prefix);
      script.preparation += fmt::format("user, _, password = netrc.netrc().authenticators({})\n",
                                        literal(url ? url->host : std::string()));
      add_header(source.prefix, "\"Basic \" + base64.b64encode(f\"{user}:{password}\".encode()).decode()", script);
      return;
    }
    default:
      return;
  }
}

void add_source_access(const dataset::SourceSpec& source, Script& script) {
  if (source.prefix.starts_with("http")) {
    add_http_access(source, script);
    return;
  }
  if (!source.prefix.starts_with("s3://")) {
    script.credentials = "icechunk.credentials.Credentials.LocalFileSystemAccess()";
  } else if (source.access.kind == AccessKind::earthdata) {
    add_earthdata_keys(source.access, script);
  } else if (source.access.kind == AccessKind::anonymous) {
    script.credentials = "icechunk.s3_anonymous_credentials()";
  } else {
    script.credentials = "icechunk.s3_from_env_credentials()";
  }
}

/// "s3://bucket/folder/": the keys of the repository's objects begin with "folder/".
Result<std::string> s3_storage(const dataset::StoreSpec& store) {
  VDP_ASSIGN(const auto place, s3_place_of(store.url, store.access));
  const std::size_t bucket = std::string_view("s3://").size();
  const std::size_t slash = store.url.find('/', bucket);
  VDP_ASSIGN(std::string folder, decode_path(std::string_view(store.url).substr(slash + 1)));
  if (folder.ends_with('/')) folder.pop_back();
  std::string arguments =
      fmt::format("bucket={}, prefix={}, region={}", literal(store.url.substr(bucket, slash - bucket)), literal(folder),
                  literal(place.region));
  if (place.endpoint) {
    arguments += fmt::format(", endpoint_url={}, allow_http={}", literal(aws::endpoint_text(*place.endpoint)),
                             literal(place.endpoint->scheme == "http"));
  }
  if (place.path_style) arguments += ", force_path_style=True";
  return fmt::format("icechunk.s3_storage({}, from_env=True)", arguments);
}

Result<std::string> storage_of(const dataset::StoreSpec& store) {
  if (store.url.starts_with("s3://")) return s3_storage(store);
  if (!store.url.starts_with("file://")) return literal(store.url);  // in memory: for nobody else
  VDP_ASSIGN(const std::string path, path_of_file_url(store.url));
  return fmt::format("icechunk.local_filesystem_storage({})", literal(path));
}

}  // namespace

Result<std::string> python_lines(const dataset::DatasetFile& file) {
  VDP_ASSIGN(const auto container, source_container(file.source));
  VDP_ASSIGN(const std::string storage, storage_of(file.store));
  Script script;
  add_source_access(file.source, script);
  std::string lines;
  for (const std::string& module : script.imports) lines += fmt::format("import {}\n", module);
  const std::string group =
      file.identity.group == "/" ? "" : fmt::format(", group={}", literal(file.identity.group.substr(1)));
  lines += fmt::format(
      "import xarray as xr\n"
      "\n"
      "{}"
      "access = icechunk.containers_credentials({{{}: {}}})\n"
      "storage = {}\n"
      "repo = icechunk.Repository.open(storage{}, authorize_virtual_chunk_access=access)\n"
      "ds = xr.open_zarr(repo.readonly_session({}).store, consolidated=False{})\n"
      "print(ds)\n",
      script.preparation, literal(container ? container->url_prefix : file.source.prefix), script.credentials, storage,
      script.options, literal(file.store.branch), group);
  return lines;
}

}  // namespace vdp
