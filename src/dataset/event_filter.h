// Which S3 notifications may be about files of a dataset. The stack has the same: infra/lib/dataset/event_filter.ts.
#pragma once

#include <optional>

#include "base/json.h"
#include "dataset/dataset_file.h"

namespace vdp::dataset {

/// The filter policy of an SNS subscription whose scope is the body of messages: creations and removals in the source's
/// bucket, of keys with the constant beginning that the prefix and the pattern give, or where that is empty, with the
/// pattern's constant end. Keys in notifications are encoded as forms are; what encoding would change is left out.
/// Nothing where the source is not on S3.
std::optional<Json> event_filter(const SourceSpec& source);

}  // namespace vdp::dataset
