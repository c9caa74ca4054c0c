// What the fuzz target and the unit test of hostile files both run on arbitrary bytes.
#pragma once

#include "base/bytes.h"
#include "formats/byte_source.h"
#include "formats/check_tree.h"
#include "formats/hdf5/parse.h"

namespace vdp::hdf5 {

inline constexpr ParseLimits fuzz_limits{1 << 20, 500, 10'000, 16};

/// Parses `bytes` whole and in the smallest reads; must neither crash nor take long, whatever they are.
inline void parse_arbitrary(ByteView bytes) {
  for (const ReadPlan& plan : {ReadPlan{}, ReadPlan{0, 64, 0, 16}}) {
    const auto source = memory_source(Bytes(bytes.begin(), bytes.end()), "memory://fuzz/file");
    const auto tree = parse(*source, fuzz_limits, plan);
    if (tree) check_tree(*tree, bytes.size());
  }
}

}  // namespace vdp::hdf5
