// HttpHeaders: the fields of a request or an answer.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace vdp {

struct HttpHeader {
  std::string name;
  std::string value;
};

/// In the order in which they were added. Names are compared without regard to case (RFC 9110, section 5.1).
class HttpHeaders {
 public:
  HttpHeaders() = default;
  HttpHeaders(std::initializer_list<HttpHeader> headers) : headers_(headers) {}

  void add(std::string name, std::string value) { headers_.push_back({std::move(name), std::move(value)}); }
  /// The value of the first field of that name.
  std::optional<std::string_view> find(std::string_view name) const;
  bool contains(std::string_view name) const { return find(name).has_value(); }
  void clear() { headers_.clear(); }

  auto begin() const { return headers_.begin(); }
  auto end() const { return headers_.end(); }
  std::size_t size() const { return headers_.size(); }

 private:
  std::vector<HttpHeader> headers_;
};

bool same_header_name(std::string_view a, std::string_view b);

/// `invalid` for a name that is no token, or a value with a line break or NUL: either would forge further fields.
Status check_header(std::string_view name, std::string_view value);

/// Content-Range of a 206 (RFC 9110, section 14.4): "bytes 0-99/1234".
struct ContentRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;                    ///< inclusive
  std::optional<std::uint64_t> object_size;  ///< nothing for "*"
};
std::optional<ContentRange> parse_content_range(std::string_view value);

}  // namespace vdp
