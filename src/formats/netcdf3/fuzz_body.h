// What the fuzz target and the unit test of hostile files both run on arbitrary bytes.
#pragma once

#include "base/bytes.h"
#include "formats/byte_source.h"
#include "formats/check_tree.h"
#include "formats/netcdf3/parse.h"

namespace vdp::netcdf3 {

inline constexpr ParseLimits fuzz_limits{1 << 20, 500, 10'000, 16};

/// Parses `bytes` whole and in small reads, which must find the same; must neither crash nor take long, whatever they
/// are.
inline void parse_arbitrary(ByteView bytes) {
  std::string found_whole;
  for (const ReadPlan& plan : {ReadPlan{}, ReadPlan{0, 16, 0, 1}}) {
    const auto source = memory_source(Bytes(bytes.begin(), bytes.end()), "memory://fuzz/file");
    const auto tree = parse(*source, fuzz_limits, plan);
    if (tree) check_tree(*tree, bytes.size());
    const std::string found = tree ? dump_sorted(*inspect_document(*tree), -1) : tree.error().text();
    if (plan.first_read_bytes == 16 && found != found_whole) std::abort();
    found_whole = found;
  }
}

}  // namespace vdp::netcdf3
