// What decoded structures take in memory, roughly: counted against the budget of a parse.
#pragma once

#include <cstdint>

#include "formats/hdf5/array_builder.h"
#include "formats/hdf5/object.h"

namespace vdp::hdf5 {

std::uint64_t memory_of(const Object& object);
/// With the references that are made of its chunks.
std::uint64_t memory_of(const DatasetContents& contents);

}  // namespace vdp::hdf5
