// The guards: may a granule go into a store? They compare what it is with the store's template, and tell all that they
// find, so that a user repairs once.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "dataset/dataset_file.h"
#include "dataset/mismatch.h"
#include "dataset/template.h"
#include "manifest/virtual_dataset.h"

namespace vdp::dataset {

/// Variable attributes that decide what a stored number means. A difference in one of them is never papered over.
bool changes_meaning(const std::string& attribute);

/// Whether chunks written through `found` are decoded right by `expected`: equal but for what only an encoder needs
/// (the level of a compressor).
bool decode_alike(const std::vector<zarr::Codec>& found, const std::vector<zarr::Codec>& expected);

struct GuardReport {
  std::vector<Mismatch> mismatches;  ///< reasons to refuse the granule
  std::vector<std::string> notes;    ///< what was left out, and is no reason to refuse
  std::vector<std::string> absent;   ///< variables that the granule lacks, and may
};

/// Compares every variable of the template with the granule's. `proofs`: hashes of the granule's static variables;
/// where `values` is empty it was not needed (`encoded` agreed). Lengths along the axis are not compared.
GuardReport compare(const Template& store, const VirtualDataset& granule,
                    const std::map<std::string, StaticProof>& proofs,
                    MissingVariablePolicy missing = MissingVariablePolicy::reject);

/// A granule that covers slots [begin, end) of a dimension with chunks of `chunk_edge` slots fits where it begins and
/// ends on a chunk's edge, or ends where the array does (`array_length` after placing).
bool box_is_aligned(std::uint64_t begin, std::uint64_t end, std::uint64_t chunk_edge, std::uint64_t array_length);

}  // namespace vdp::dataset
