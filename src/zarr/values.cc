#include "zarr/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/checked.h"
#include "zarr/box_copy.h"
#include "zarr/chunk_walk.h"
#include "zarr/float16.h"

namespace vdp::zarr {
namespace {

/// Number of elements, where `bytes_each` times it is at most `max_bytes`.
Result<std::uint64_t> bounded_count(const ArrayMetadata& metadata, std::uint64_t bytes_each, std::uint64_t max_bytes) {
  const auto count = checked_product(metadata.shape);
  const auto bytes = count ? checked_multiply(*count, bytes_each) : std::nullopt;
  if (!bytes || *bytes > max_bytes) {
    return over_limit(fmt::format("reading an array of {} elements of {}: more than {} bytes",
                                  fmt::join(metadata.shape, " x "), describe(metadata.data_type), max_bytes));
  }
  return *count;
}

/// A chunk may be larger than its array, within reason: netCDF gives an empty unlimited dimension chunks of megabytes.
Status check_chunk_size(const ArrayMetadata& metadata, std::uint64_t max_bytes) {
  constexpr std::uint64_t always_allowed = 64 << 20;
  VDP_ASSIGN(const std::uint64_t bytes, chunk_bytes(metadata));
  const std::uint64_t allowed = std::max(max_bytes, always_allowed);
  if (bytes > allowed) return over_limit(fmt::format("a chunk of {} bytes, more than {}", bytes, allowed));
  return {};
}

Bytes repeated(const Bytes& element, std::uint64_t count) {
  Bytes bytes(element.size() * count);
  if (std::ranges::all_of(element, [](std::uint8_t byte) { return byte == 0; })) return bytes;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::memcpy(bytes.data() + i * element.size(), element.data(), element.size());
  }
  return bytes;
}

template <typename T>
T load(ByteView elements, std::size_t index) {
  T value;
  std::memcpy(&value, elements.data() + index * sizeof(T), sizeof(T));
  return value;
}

/// Calls `visit` with every element as its C++ type (float16 as double).
template <typename Visit>
Status visit_numbers(const DataType& type, ByteView elements, Visit&& visit) {
  const auto all = [&](auto zero) -> Status {
    const std::size_t count = elements.size() / sizeof(zero);
    for (std::size_t i = 0; i < count; ++i) VDP_TRY(visit(load<decltype(zero)>(elements, i)));
    return {};
  };
  const auto halves = [&]() -> Status {
    for (std::size_t i = 0; i < elements.size() / 2; ++i) {
      VDP_TRY(visit(float16_to_double(load<std::uint16_t>(elements, i))));
    }
    return {};
  };
  if (!type.is_numeric() || type.size_bytes == 0 || elements.size() % type.size_bytes != 0) {
    return invalid(fmt::format("{} bytes of {} are no numbers", elements.size(), describe(type)));
  }
  const bool is_signed = type.kind == DataType::Kind::signed_integer;
  const bool is_float = type.kind == DataType::Kind::floating;
  switch (type.size_bytes) {
    case 1:
      return is_signed ? all(std::int8_t{}) : all(std::uint8_t{});
    case 2:
      return is_float ? halves() : is_signed ? all(std::int16_t{}) : all(std::uint16_t{});
    case 4:
      return is_float ? all(float{}) : is_signed ? all(std::int32_t{}) : all(std::uint32_t{});
    case 8:
      return is_float ? all(double{}) : is_signed ? all(std::int64_t{}) : all(std::uint64_t{});
    default:
      return unsupported(fmt::format("numbers of type {}", describe(type)));
  }
}

Result<std::int64_t> whole(double value) {
  if (value != std::floor(value) || value < -0x1p63 || value >= 0x1p63) {  // NaN is unequal to itself
    return invalid(fmt::format("{} is no integer of 64 bits", value));
  }
  return static_cast<std::int64_t>(value);
}

Result<std::int64_t> whole(std::uint64_t value) {
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return invalid(fmt::format("{} is beyond the signed integers of 64 bits", value));
  }
  return static_cast<std::int64_t>(value);
}

Result<std::int64_t> whole(std::int64_t value) { return value; }

/// The metadata with which a chunk is decoded. Most arrays have chunks of one shape, and so no need of a copy.
class ChunkMetadata {
 public:
  explicit ChunkMetadata(const ArrayMetadata& array) : array_(array) {}

  const ArrayMetadata& of(const Shape& chunk_shape) {
    if (chunk_shape == array_.chunk_shape) return array_;
    if (!other_) other_ = array_;
    other_->chunk_shape = chunk_shape;
    return *other_;
  }

 private:
  const ArrayMetadata& array_;
  std::optional<ArrayMetadata> other_;
};

/// Calls `place(chunk's metadata, encoded bytes, walk)` for every chunk that is present.
template <typename Place>
Status visit_chunks(const ArrayMetadata& array, const ChunkGrid& grid, const ChunkReader& read, Place&& place) {
  ChunkMetadata metadata(array);
  for (ChunkWalk chunk(array.shape, grid); !chunk.done(); chunk.next()) {
    VDP_ASSIGN(const auto encoded, read(chunk.index()));
    if (!encoded) continue;
    const Status placed = place(metadata.of(chunk.chunk_shape()), *encoded, chunk);
    if (!placed) {
      return std::unexpected(within(fmt::format("chunk [{}]", fmt::join(chunk.index(), ", ")), placed.error()));
    }
  }
  return {};
}

Result<Bytes> elements_of(const ArrayMetadata& array, const ChunkGrid& grid, const ChunkReader& read,
                          std::uint64_t max_bytes) {
  const std::size_t element_size = array.data_type.size_bytes;
  if (element_size == 0) return invalid(fmt::format("elements of {} have no fixed size", describe(array.data_type)));
  VDP_ASSIGN(const std::uint64_t count, bounded_count(array, element_size, max_bytes));
  VDP_TRY(check_chunk_size(array, max_bytes));
  VDP_ASSIGN(const Bytes fill, fill_element(array));
  Bytes elements = repeated(fill, count);
  const Shape zero(array.rank());
  const auto place = [&](const ArrayMetadata& metadata, const Bytes& encoded, const ChunkWalk& chunk) -> Status {
    VDP_TRY(check_chunk_size(metadata, max_bytes));
    VDP_ASSIGN(const Bytes decoded, decode_chunk(metadata, encoded));
    copy_box(decoded, {metadata.chunk_shape, zero}, elements, {array.shape, chunk.origin()}, chunk.box(), element_size);
    return {};
  };
  VDP_TRY(visit_chunks(array, grid, read, place));
  return elements;
}

Result<std::vector<std::string>> strings_of(const ArrayMetadata& array, const ChunkGrid& grid, const ChunkReader& read,
                                            std::uint64_t max_bytes) {
  VDP_ASSIGN(const std::uint64_t count, bounded_count(array, sizeof(std::string), max_bytes));
  if (!array.fill_value.is_string()) return corrupt("the fill value of an array of texts is a text");
  std::vector<std::string> values(count, array.fill_value.get<std::string>());
  const Shape zero(array.rank());
  const auto place = [&](const ArrayMetadata& metadata, const Bytes& encoded, const ChunkWalk& chunk) -> Status {
    VDP_ASSIGN(std::vector<std::string> texts, decode_strings(metadata, encoded));
    const auto move_row = [&](std::uint64_t from, std::uint64_t to, std::uint64_t row) {
      std::move(texts.begin() + static_cast<std::ptrdiff_t>(from),
                texts.begin() + static_cast<std::ptrdiff_t>(from + row),
                values.begin() + static_cast<std::ptrdiff_t>(to));
    };
    for_each_row({metadata.chunk_shape, zero}, {array.shape, chunk.origin()}, chunk.box(), move_row);
    return {};
  };
  VDP_TRY(visit_chunks(array, grid, read, place));
  return values;
}

}  // namespace

Result<Bytes> read_elements(const ArrayMetadata& metadata, const ChunkReader& read, std::uint64_t max_bytes) {
  return elements_of(metadata, ChunkGrid::regular(metadata.chunk_shape), read, max_bytes);
}

Result<Bytes> read_elements(const GriddedArray& array, const ChunkReader& read, std::uint64_t max_bytes) {
  return elements_of(array.metadata, array.chunks, read, max_bytes);
}

Result<std::vector<std::string>> read_strings(const ArrayMetadata& metadata, const ChunkReader& read,
                                              std::uint64_t max_bytes) {
  return strings_of(metadata, ChunkGrid::regular(metadata.chunk_shape), read, max_bytes);
}

Result<std::vector<std::string>> read_strings(const GriddedArray& array, const ChunkReader& read,
                                              std::uint64_t max_bytes) {
  return strings_of(array.metadata, array.chunks, read, max_bytes);
}

Result<std::vector<double>> as_doubles(const DataType& type, ByteView elements) {
  std::vector<double> values;
  values.reserve(type.size_bytes == 0 ? 0 : elements.size() / type.size_bytes);
  VDP_TRY(visit_numbers(type, elements, [&](auto value) -> Status {
    if constexpr (sizeof(value) == 8 && std::is_integral_v<decltype(value)>) {
      constexpr std::uint64_t exact = std::uint64_t{1} << 53;  // up to here every integer is a double
      const bool negative = value < 0;
      const std::uint64_t magnitude =
          negative ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
      if (magnitude > exact) return invalid(fmt::format("{} is not exact as a double", value));
    }
    values.push_back(static_cast<double>(value));
    return {};
  }));
  return values;
}

Result<std::vector<std::int64_t>> as_integers(const DataType& type, ByteView elements) {
  std::vector<std::int64_t> values;
  values.reserve(type.size_bytes == 0 ? 0 : elements.size() / type.size_bytes);
  VDP_TRY(visit_numbers(type, elements, [&](auto value) -> Status {
    using T = decltype(value);
    using Wide = std::conditional_t<std::is_floating_point_v<T>, double,
                                    std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>>;
    VDP_ASSIGN(const std::int64_t number, whole(static_cast<Wide>(value)));
    values.push_back(number);
    return {};
  }));
  return values;
}

}  // namespace vdp::zarr
