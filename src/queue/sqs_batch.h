// The batches of SQS: up to ten entries a call, each of which succeeds or fails by itself.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"

namespace vdp {

inline constexpr std::size_t max_sqs_batch = 10;

/// The entries of these indexes in chunks of at most ten that together are no larger than the smallest limit of a batch
/// that is known (256 KiB, as JSON). An entry that is larger goes alone.
std::vector<std::vector<std::size_t>> sqs_chunks(std::span<const Json> entries, std::span<const std::size_t> indexes);

/// {"QueueUrl", "Entries"}; an entry's Id is its place in the chunk.
std::string sqs_batch_body(const std::string& queue_url, std::span<const Json> entries,
                           std::span<const std::size_t> chunk);

/// {"Successful": [{"Id", ...}], "Failed": [{"Id", "Code", "SenderFault"}]} into `results`, at the indexes of the
/// chunk. An entry of which the answer does not speak is `transient`. Of a failure the code is told, and not the
/// message, which repeats receipts.
void read_sqs_batch(const Json& answer, std::span<const std::size_t> chunk, std::vector<Result<Json>>& results);

}  // namespace vdp
