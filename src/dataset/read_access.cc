// How the store and the source are reached: `access`, `region`, `endpoint_url` and their like.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "dataset/readers.h"
#include "dataset/section.h"
#include "net/aws/s3_place.h"
#include "net/http_headers.h"
#include "net/url.h"

namespace vdp::dataset {
namespace {

enum class Scheme { local, s3, http };

Scheme scheme_of(std::string_view url) {
  if (url.starts_with("s3://")) return Scheme::s3;
  return url.starts_with("http://") || url.starts_with("https://") ? Scheme::http : Scheme::local;
}

std::string_view name_of(Scheme scheme) {
  constexpr std::array<std::string_view, 3> names = {"a local place", "s3", "http"};
  return names[static_cast<std::size_t>(scheme)];
}

/// A word of the dataset file, and the access that it means for each scheme that knows it.
struct AccessWord {
  std::string_view word;
  AccessKind kind;
  std::array<bool, 3> makes_sense;  ///< by scheme
};

constexpr std::array<AccessWord, 5> access_words = {{
    {"anonymous", AccessKind::anonymous, {true, true, true}},
    {"iam", AccessKind::iam, {false, true, false}},
    {"earthdata", AccessKind::earthdata, {false, true, true}},
    {"http-basic", AccessKind::http_basic, {false, false, true}},
    {"bearer", AccessKind::bearer, {false, false, true}},
}};

/// Reports each of `keys` that is there, although what is read over `scheme` has nothing of that kind.
void refuse_words(Section& section, std::initializer_list<std::string_view> keys, Scheme scheme) {
  for (const std::string_view key : keys) {
    if (section.has(key)) section.invalid(key, fmt::format("it makes no sense for {}", name_of(scheme)));
  }
}

void read_region(Section& section, StoreAccess& access) {
  const auto region = section.text("region");
  if (!region) return;
  access.region = *region;
  if (!aws::is_region_name(*region)) {
    section.invalid("region", fmt::format("found '{}', expected the name of a region", without_secrets(*region)));
  }
}

void read_endpoint(Section& section, StoreAccess& access) {
  const auto endpoint = section.text("endpoint_url");
  if (!endpoint) return;
  const auto url = aws::parse_endpoint(*endpoint);
  if (url) {
    access.endpoint_url = aws::endpoint_text(*url);
  } else {
    section.invalid("endpoint_url", url.error().text());
  }
}

/// Region, endpoint and style, which S3 has and nothing else.
void read_s3_words(Section& section, Scheme scheme, StoreAccess& access) {
  if (scheme != Scheme::s3) {
    refuse_words(section, {"region", "endpoint_url", "path_style"}, scheme);
    return;
  }
  read_region(section, access);
  read_endpoint(section, access);
  access.path_style = section.boolean("path_style");
}

/// What is sent there is as good as a password: in the clear only to this machine.
bool is_safe(const Url& url) {
  return url.scheme == "https" || url.host == "localhost" || url.host == "127.0.0.1" || url.host == "::1";
}

void read_kind(Section& section, Scheme scheme, const std::string& prefix, StoreAccess& access) {
  const auto word = section.text("access");
  const auto* known = std::ranges::find(access_words, word.value_or(""), &AccessWord::word);
  if (known == access_words.end()) return;
  access.kind = known->kind;
  if (known->makes_sense[static_cast<std::size_t>(scheme)]) {
    const auto url = parse_url(prefix);
    const bool shows = scheme == Scheme::http && access.kind != AccessKind::anonymous;
    if (shows && url && !is_safe(*url)) {
      section.invalid("access",
                      fmt::format("'{}' would send a secret in the clear; expected a prefix with https", *word));
    }
    return;
  }
  std::vector<std::string_view> possible;
  for (const AccessWord& each : access_words) {
    if (each.makes_sense[static_cast<std::size_t>(scheme)]) possible.push_back(each.word);
  }
  section.invalid("access", fmt::format("'{}' makes no sense for {}; expected {}", *word, name_of(scheme),
                                        fmt::join(possible, ", ")));
}

void read_credentials_url(Section& section, Scheme scheme, StoreAccess& access) {
  const bool needed = scheme == Scheme::s3 && access.kind == AccessKind::earthdata;
  const auto text = section.text("credentials_url");
  if (!text) {
    if (needed && !section.has("credentials_url")) {
      section.invalid("credentials_url", "it is required with access = \"earthdata\" on s3");
    }
    return;
  }
  if (!needed) section.invalid("credentials_url", "it makes no sense but with access = \"earthdata\" on s3");
  const auto url = parse_url(*text);
  if (!url) {
    section.invalid("credentials_url", url.error().text());
  } else if (url->query) {
    section.invalid("credentials_url", fmt::format("'{}' has a query, expected a URL without", url->without_query()));
  } else if (!is_safe(*url)) {
    section.invalid("credentials_url", fmt::format("found '{}', expected https", url->text()));
  } else {
    access.credentials_url = url->text();
  }
}

void read_manners(Section& section, Scheme scheme, StoreAccess& access) {
  if (scheme == Scheme::local) {
    refuse_words(section, {"user_agent", "max_rps"}, scheme);
    return;
  }
  access.user_agent = section.text("user_agent").value_or("");
  if (const auto fits = check_header("User-Agent", access.user_agent); !fits) {
    section.invalid("user_agent", fits.error().text());
  }
  if (const auto most = section.count("max_rps")) access.max_requests_per_s = *most;
}

}  // namespace

void read_store_access(const toml::table& document, DatasetFile& file, Findings& findings) {
  if (file.store.url.empty()) return;
  Section section = Section::of(document, "store", findings);
  read_s3_words(section, scheme_of(file.store.url), file.store.access);
}

void read_source_access(const toml::table& document, DatasetFile& file, Findings& findings) {
  if (file.source.prefix.empty()) return;  // reported; what makes sense is not known
  Section section = Section::of(document, "source", findings);
  const Scheme scheme = scheme_of(file.source.prefix);
  StoreAccess& access = file.source.access;
  read_kind(section, scheme, file.source.prefix, access);
  read_s3_words(section, scheme, access);
  read_credentials_url(section, scheme, access);
  access.requester_pays = section.boolean("requester_pays").value_or(false);
  if (scheme != Scheme::s3 && access.requester_pays) refuse_words(section, {"requester_pays"}, scheme);
  read_manners(section, scheme, access);
}

}  // namespace vdp::dataset
