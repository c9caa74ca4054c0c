// What verbs that expire and collect tell.
#pragma once

#include "base/json_fwd.h"
#include "icechunk/upkeep/collect.h"
#include "icechunk/upkeep/expire.h"

namespace vdp::cli {

/// {"released": [id], "edited": [id], "deleted_branches": [name], "deleted_tags": [name]}.
Json to_json(const icechunk::ExpireReport& report);
/// {"cutoff", "released": [id], "deleted": {KIND: {"objects", "bytes"}, ..., "total": {...}}}.
Json to_json(const icechunk::CollectReport& report);

void print_report(const icechunk::ExpireReport& report, bool dry_run);
void print_report(const icechunk::CollectReport& report, bool dry_run);

}  // namespace vdp::cli
