// IEEE 754 binary16, which C++23 compilers of today have no type for.
#pragma once

#include <cstdint>

namespace vdp::zarr {

double float16_to_double(std::uint16_t bits);
/// To the nearest, ties to even; beyond the range is infinity.
std::uint16_t double_to_float16(double value);

}  // namespace vdp::zarr
