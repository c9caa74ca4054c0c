// The canonical document of `vdp inspect SOURCE --json`: what a source virtualises to, comparable line by line.
#pragma once

#include <cstdint>
#include <string>

#include "base/json_fwd.h"
#include "manifest/virtual_dataset.h"

namespace vdp {

struct InspectOptions {
  bool raw_paths = false;            ///< keep the source's own location; otherwise it is written "{file}"
  std::uint64_t max_chunks = 20000;  ///< above it, an array's chunks are the SHA-256 of their lines
};

/// {"format", "groups", "arrays", "skipped"}; print it with dump_sorted. Chunk keys are in C order, a scalar's is "c".
/// A non-finite number of an attribute becomes {"$float": "NaN" | "Infinity" | "-Infinity"}.
Result<Json> inspect_document(const VirtualTree& tree, const InspectOptions& options = {});

/// The document of a source that could not be parsed: {"error": {"kind", "message"}, "format"}.
Json inspect_error_document(const std::string& format, const Error& error);

}  // namespace vdp
