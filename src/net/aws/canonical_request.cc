#include "net/aws/canonical_request.h"

#include <algorithm>
#include <array>
#include <map>

namespace vdp::aws {
namespace {

// <cctype> follows the locale; this does not.
bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/// RFC 3986, section 2.3.
bool is_unreserved(char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.' || c == '~'; }

std::string lower(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lowered;
}

/// Without blanks around, and with one blank where there were several.
std::string trim_all(std::string_view value) {
  std::string trimmed;
  bool blank = false;
  for (const char c : value) {
    if (c == ' ' || c == '\t') {
      blank = !trimmed.empty();
      continue;
    }
    if (blank) trimmed += ' ';
    blank = false;
    trimmed += c;
  }
  return trimmed;
}

/// The list of the AWS SDKs: hop-by-hop headers, and those that tracing and clients put in after signing.
bool is_never_signed(std::string_view name) {
  constexpr std::array<std::string_view, 15> names = {"authorization",
                                                      "baggage",
                                                      "connection",
                                                      "expect",
                                                      "keep-alive",
                                                      "proxy-authenticate",
                                                      "proxy-authorization",
                                                      "te",
                                                      "traceparent",
                                                      "tracestate",
                                                      "trailer",
                                                      "transfer-encoding",
                                                      "upgrade",
                                                      "user-agent",
                                                      "x-amzn-trace-id"};
  return std::ranges::find(names, name) != names.end();
}

/// RFC 3986, section 5.2.4, and repeated slashes become one.
std::string normalize(std::string_view path) {
  std::vector<std::string_view> segments;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view segment = path.substr(begin, end - begin);
    begin = end + 1;
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (!segment.empty() && segment != ".") {
      segments.push_back(segment);
    }
  }
  std::string normalized;
  for (const std::string_view segment : segments) normalized.append("/").append(segment);
  if (normalized.empty() || path.ends_with('/')) normalized += '/';
  return normalized;
}

}  // namespace

std::string uri_encode(std::string_view text, Slash slash) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c) || (c == '/' && slash == Slash::keep)) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += digits[byte >> 4];
    encoded += digits[byte & 0xf];
  }
  return encoded;
}

std::string encode_query(const std::vector<QueryParameter>& parameters) {
  // Sorted after encoding, as pairs: '=' would sort after '-' and '.', which names may hold.
  std::vector<QueryParameter> encoded;
  encoded.reserve(parameters.size());
  for (const auto& [name, value] : parameters) {
    encoded.emplace_back(uri_encode(name, Slash::encode), uri_encode(value, Slash::encode));
  }
  std::ranges::sort(encoded);
  std::string query;
  for (const auto& [name, value] : encoded) {
    if (!query.empty()) query += '&';
    query.append(name).append("=").append(value);
  }
  return query;
}

std::string canonical_path(std::string_view sent_path, std::string_view service) {
  if (service == "s3") return std::string(sent_path);
  return uri_encode(normalize(sent_path), Slash::keep);
}

Result<CanonicalHeaders> canonicalize(const HttpHeaders& headers) {
  std::map<std::string, std::string> sorted;
  for (const auto& [name, value] : headers) {
    VDP_TRY(check_header(name, value));
    std::string key = lower(name);
    if (is_never_signed(key)) continue;
    const auto [entry, is_new] = sorted.try_emplace(std::move(key), trim_all(value));
    if (!is_new) entry->second.append(",").append(trim_all(value));
  }
  CanonicalHeaders canonical;
  for (const auto& [name, value] : sorted) {
    canonical.lines.append(name).append(":").append(value).append("\n");
    if (!canonical.signed_names.empty()) canonical.signed_names += ';';
    canonical.signed_names += name;
  }
  return canonical;
}

}  // namespace vdp::aws
