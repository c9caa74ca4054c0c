#include "store/http_object.h"

#include <charconv>

#include "base/checked.h"

namespace vdp {

std::optional<std::uint64_t> object_size(const HttpResponse& response) {
  if (response.status == 206) {
    const auto field = response.headers.find("Content-Range");
    const auto range = field ? parse_content_range(*field) : std::nullopt;
    return range ? range->object_size : std::nullopt;
  }
  if (!response.body.empty()) return response.body.size();
  const auto length = response.headers.find("Content-Length");
  if (!length) return std::nullopt;
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(length->data(), length->data() + length->size(), size);
  return error == std::errc() && end == length->data() + length->size() ? std::optional(size) : std::nullopt;
}

bool is_askable(const ByteRange& range) {
  return range.length != 0 && checked_add(range.offset, range.length).has_value();
}

}  // namespace vdp
