// The filter scaleoffset: integers, or decimally scaled floats, as their distance from the least one, in few bits.
#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstring>

#include "base/checked.h"
#include "base/cursor.h"
#include "formats/hdf5/filter_decoding.h"

namespace vdp::hdf5 {
namespace {

enum Scale : std::uint32_t { float_decimal = 0, float_exponential = 1, integer = 2 };

/// Client values: scale, its factor, elements, class, element size, sign, order, whether a fill value follows, and
/// that.
struct Parameters {
  std::uint32_t scale = 0;
  std::int32_t factor = 0;
  std::uint64_t count = 0;
  bool is_float = false;
  std::uint32_t size = 0;
  bool big_endian = false;
  bool has_fill = false;
  std::uint64_t fill = 0;  ///< its bits
};

Result<Parameters> read_parameters(const Filter& filter) {
  const auto& values = filter.client_data;
  if (values.size() < 8) {
    return corrupt(fmt::format("scaleoffset: {} client values found, at least 8 expected", values.size()));
  }
  Parameters parameters{values[0],      static_cast<std::int32_t>(values[1]),
                        values[2],      values[3] == 1,
                        values[4],      values[6] == 1,
                        values[7] == 1, 0};
  const std::uint32_t size = parameters.size;
  if (size != 1 && size != 2 && size != 4 && size != 8) {
    return corrupt(fmt::format("scaleoffset: elements of {} bytes", size));
  }
  if (parameters.is_float && (parameters.scale != float_decimal || size < 4)) {
    return unsupported("filter scaleoffset with an exponential scale");
  }
  if (parameters.has_fill && values.size() > 8) {
    parameters.fill = values[8];
    if (size == 8 && values.size() > 9) parameters.fill |= std::uint64_t{values[9]} << 32;
  }
  return parameters;
}

/// Numbers of a few bits, most significant first, one right behind the other.
class BitReader {
 public:
  explicit BitReader(ByteView bytes) : bytes_(bytes) {}

  std::uint64_t read(unsigned bits) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < bits; ++i, ++at_) {
      const std::uint64_t bit = at_ / 8 < bytes_.size() ? bytes_[at_ / 8] >> (7 - at_ % 8) & 1 : 0;
      value = value << 1 | bit;
    }
    return value;
  }

 private:
  ByteView bytes_;
  std::uint64_t at_ = 0;
};

/// The bits of the element that lies `distance` above the least one, in units of the last decimal for floats.
std::uint64_t element_bits(const Parameters& parameters, std::uint64_t distance, std::uint64_t least) {
  if (!parameters.is_float) return least + distance;
  const double unit = std::pow(10.0, parameters.factor);
  if (parameters.size == 4) {
    const float base = std::bit_cast<float>(static_cast<std::uint32_t>(least));
    const float value = static_cast<float>(static_cast<std::int32_t>(distance)) / static_cast<float>(unit) + base;
    return std::bit_cast<std::uint32_t>(value);
  }
  return std::bit_cast<std::uint64_t>(static_cast<double>(static_cast<std::int64_t>(distance)) / unit +
                                      std::bit_cast<double>(least));
}

void put(Bytes& output, std::uint64_t bits, const Parameters& parameters) {
  for (std::uint32_t i = 0; i < parameters.size; ++i) {
    const std::uint32_t byte = parameters.big_endian ? parameters.size - 1 - i : i;
    output.push_back(static_cast<std::uint8_t>(bits >> (8 * byte)));
  }
}

}  // namespace

/// Bits per element (4), width of the least value (1), the least value, up to byte 21; then the distances.
Result<Bytes> undo_scaleoffset(const Filter& filter, ByteView stored, std::uint64_t max_bytes) {
  constexpr std::size_t head_bytes = 21;
  VDP_ASSIGN(const Parameters parameters, read_parameters(filter));
  const auto size = checked_multiply<std::uint64_t>(parameters.count, parameters.size);
  if (!size || *size > max_bytes) {
    return over_limit(fmt::format("scaleoffset: {} elements, at most {} bytes allowed", parameters.count, max_bytes));
  }
  Cursor cursor(stored);
  VDP_ASSIGN(const auto bits, cursor.read_u32("scaleoffset: bits"));
  VDP_ASSIGN(const auto width, cursor.read_u8("scaleoffset: width of the least value"));
  if (bits > 8 * parameters.size || width > 8) {
    return corrupt(fmt::format("scaleoffset: {} bits in elements of {} bytes", bits, parameters.size));
  }
  VDP_ASSIGN(const auto least, cursor.read_uint(width, "scaleoffset: least value"));
  VDP_TRY(cursor.seek(head_bytes, "scaleoffset: distances"));
  const ByteView packed = stored.subspan(head_bytes);
  if (packed.size() < (parameters.count * bits + 7) / 8) {
    return corrupt(
        fmt::format("scaleoffset: {} elements of {} bits in {} bytes", parameters.count, bits, packed.size()));
  }
  Bytes output;
  output.reserve(*size);
  if (bits == 8 * parameters.size) {  // nothing was gained: the elements themselves, least significant byte first
    for (Cursor elements(packed.first(*size)); !elements.at_end();) {
      VDP_ASSIGN(const auto element, elements.read_uint(parameters.size, "scaleoffset: element"));
      put(output, element, parameters);
    }
    return output;
  }
  const std::uint64_t filled = (std::uint64_t{1} << bits) - 1;  // stands for the fill value where there is one
  BitReader reader(packed);
  for (std::uint64_t i = 0; i < parameters.count; ++i) {
    const std::uint64_t distance = reader.read(bits);
    const bool is_fill = parameters.has_fill && bits > 0 && distance == filled;
    put(output, is_fill ? parameters.fill : element_bits(parameters, distance, least), parameters);
  }
  return output;
}

}  // namespace vdp::hdf5
