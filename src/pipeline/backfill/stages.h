// The stages by their names, as documents in and documents out: what the functions in the cloud are.
#pragma once

#include <string>
#include <string_view>

#include "base/deadline.h"
#include "base/json_fwd.h"
#include "pipeline/backfill/site.h"

namespace vdp::backfill {

/// "partition", "initialize", "fork", "process", "reduce", "promote": see README.md. `read_until`: after it no source
/// is begun to be read. `invalid` for another name.
Result<Json> run_stage(const Site& site, std::string_view stage, const Json& input, const Deadline& read_until = {});

}  // namespace vdp::backfill
