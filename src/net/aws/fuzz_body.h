// What the fuzz target and the unit test of hostile texts both run on arbitrary bytes: the parsers of URLs, of netrc
// and of shared config files.
#pragma once

#include <algorithm>
#include <cstdlib>

#include "base/bytes.h"
#include "net/aws/ini_file.h"
#include "net/aws/s3_place.h"
#include "net/netrc.h"
#include "net/url.h"

namespace vdp::aws {

inline void require(bool holds) {
  if (!holds) std::abort();
}

/// What is accepted is spelled in one way, and means the same once it is written and read again.
inline void check_url(const Url& url) {
  const auto again = parse_url(url.text());
  require(again && *again == url);
  require(!url.host.empty() && url.host.find_first_of("@/?#\\ ") == std::string::npos);
  require(url.path.starts_with('/') && url.origin().starts_with(url.scheme + "://"));
}

inline void check_urls(std::string_view text) {
  if (const auto url = parse_url(text)) check_url(*url);
  if (const auto url = parse_endpoint(text)) check_url(*url);
  const Url base = *parse_url("https://host/a/b?c");
  if (const auto url = resolve_reference(base, text)) check_url(*url);
  require(std::ranges::all_of(without_secrets(text), [](char c) { return c >= ' ' && c <= '~'; }));
}

inline void check_netrc(std::string_view text) {
  const auto found = find_netrc_login(text, "host");
  const auto other = find_netrc_login(text, "");
  require(found.has_value() == other.has_value());  // what is wrong with a file is wrong for everybody
}

inline void check_ini(std::string_view text) {
  const auto file = parse_ini(text);
  if (!file) return;
  for (const auto& [section, settings] : *file) {
    for (const auto& [name, value] : settings) require(!name.empty() && name.find('=') == std::string::npos);
  }
}

/// Must neither crash nor take long, whatever the bytes are.
inline void parse_arbitrary(ByteView bytes) {
  const std::string_view text = as_text(bytes);
  check_urls(text);
  check_netrc(text);
  check_ini(text);
}

}  // namespace vdp::aws
