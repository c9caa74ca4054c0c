#include "zarr/float16.h"

#include <cmath>
#include <limits>

namespace vdp::zarr {
namespace {

// One sign bit, five exponent bits with a bias of 15, ten fraction bits.
constexpr std::uint16_t sign_bit = 0x8000;
constexpr std::uint16_t infinity_bits = 0x7c00;
constexpr std::uint16_t nan_bits = 0x7e00;
constexpr std::uint16_t fraction_mask = 0x03ff;
constexpr int fraction_width = 10;
constexpr int smallest_exponent = -14;

}  // namespace

double float16_to_double(std::uint16_t bits) {
  const int biased = (bits & infinity_bits) >> fraction_width;
  const int fraction = bits & fraction_mask;
  double magnitude = 0;
  if (biased == 31) {
    magnitude = fraction == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  } else if (biased == 0) {
    magnitude = std::ldexp(fraction, smallest_exponent - fraction_width);
  } else {
    magnitude = std::ldexp(fraction + fraction_mask + 1, biased - 15 - fraction_width);
  }
  return (bits & sign_bit) != 0 ? -magnitude : magnitude;
}

std::uint16_t double_to_float16(double value) {
  if (std::isnan(value)) return nan_bits;
  const std::uint16_t sign = std::signbit(value) ? sign_bit : 0;
  const double magnitude = std::abs(value);
  if (magnitude == 0) return sign;
  if (magnitude >= 65520) return sign | infinity_bits;  // half-way between the largest finite value and the next step
  const int exponent = std::max(std::ilogb(magnitude), smallest_exponent);
  // The significand in units of the last place: 1024 to 2048 for normal numbers, below for subnormal ones. A carry into
  // the exponent comes out right by itself, because the fields adjoin.
  const auto units = static_cast<int>(std::nearbyint(std::ldexp(magnitude, fraction_width - exponent)));
  const int exponent_field = (exponent - smallest_exponent) << fraction_width;
  return static_cast<std::uint16_t>(sign | (exponent_field + units));
}

}  // namespace vdp::zarr
