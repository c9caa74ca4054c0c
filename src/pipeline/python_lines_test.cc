#include "pipeline/python_lines.h"

#include <gtest/gtest.h>

namespace vdp {
namespace {

dataset::DatasetFile dataset_at(const std::string& store, const std::string& prefix, AccessKind kind) {
  dataset::DatasetFile file;
  file.store.url = store;
  file.store.access.region = "eu-west-1";
  file.source.prefix = prefix;
  file.source.access.kind = kind;
  file.source.access.region = "us-west-2";
  return file;
}

/// Whether the lines have the text.
testing::AssertionResult has(const dataset::DatasetFile& file, const std::string& text) {
  const auto lines = python_lines(file);
  if (!lines) return testing::AssertionFailure() << lines.error().text();
  if (lines->find(text) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << *lines;
}

TEST(PythonLines, OfALocalStore) {
  const auto file = dataset_at("file:///data/my%20store/", "file:///data/files/", AccessKind::automatic);
  EXPECT_EQ(python_lines(file).value_or(""),
            "import icechunk\n"
            "import xarray as xr\n"
            "\n"
            "access = icechunk.containers_credentials({\"file:///data/files/\": "
            "icechunk.credentials.Credentials.LocalFileSystemAccess()})\n"
            "storage = icechunk.local_filesystem_storage(\"/data/my store/\")\n"
            "repo = icechunk.Repository.open(storage, authorize_virtual_chunk_access=access)\n"
            "ds = xr.open_zarr(repo.readonly_session(\"main\").store, consolidated=False)\n"
            "print(ds)\n");
}

TEST(PythonLines, OfStoresAndSourcesOnS3) {
  auto file = dataset_at("s3://stores/rain%20north/", "s3://archive/", AccessKind::automatic);
  file.store.access.endpoint_url = "http://localhost:9000";
  EXPECT_TRUE(has(file,
                  "storage = icechunk.s3_storage(bucket=\"stores\", prefix=\"rain north\", region=\"eu-west-1\", "
                  "endpoint_url=\"http://localhost:9000\", allow_http=True, force_path_style=True, from_env=True)\n"));
  EXPECT_TRUE(has(file, "({\"s3://archive/\": icechunk.s3_from_env_credentials()})"));
  file.source.access.kind = AccessKind::anonymous;
  EXPECT_TRUE(has(file, "({\"s3://archive/\": icechunk.s3_anonymous_credentials()})"));
  file.source.access.kind = AccessKind::earthdata;
  file.source.access.credentials_url = "https://data.example/s3credentials";
  EXPECT_TRUE(has(file, "({\"s3://archive/\": icechunk.s3_static_credentials(access_key_id=keys[\"accessKeyId\"], "));
  EXPECT_TRUE(has(file, "Request(\"https://data.example/s3credentials\", headers=token)"));
}

TEST(PythonLines, OfSourcesOverHttp) {
  auto file = dataset_at("file:///s/", "https://host/files/", AccessKind::automatic);
  EXPECT_TRUE(has(file, "({\"https://host/files/\": icechunk.credentials.Credentials.HttpAccess()})"));
  EXPECT_FALSE(has(file, "config"));
  file.source.access.kind = AccessKind::bearer;
  EXPECT_TRUE(has(file, "{\"Authorization\": \"Bearer \" + os.environ[\"VDP_BEARER_TOKEN\"]}"));
  EXPECT_TRUE(has(file, "open(storage, config=config, "));
  file.source.access.kind = AccessKind::http_basic;
  EXPECT_TRUE(has(file, "netrc.netrc().authenticators(\"host\")"));
}

}  // namespace
}  // namespace vdp
