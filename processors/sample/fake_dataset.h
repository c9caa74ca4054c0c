// A virtual dataset that no file was read for: what a parser of your own would return.
#pragma once

#include <cstdint>

#include "dataset/granule.h"
#include "manifest/virtual_dataset.h"

namespace vdp::sample {

inline constexpr std::uint64_t points = 4;

/// One step of `value(step, point)`, float32, in one chunk that lies 16 bytes into the granule's file.
VirtualDataset fake_dataset(const Granule& granule);

}  // namespace vdp::sample
