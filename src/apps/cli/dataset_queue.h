// The queue of a dataset, as the command line finds it.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "base/error.h"
#include "dataset/dataset_file.h"
#include "queue/queue.h"

namespace vdp::cli {

struct QueueLocation {
  std::string path;  ///< of a file, or the URL of an SQS queue; empty: beside the dataset file
  std::uint32_t max_receives = QueueOptions{}.max_receives;
};

/// Adds --queue (or $VDP_QUEUE) and --max-receives.
void add_queue_options(CLI::App& verb, QueueLocation& location);

/// `.vdp/NAME.queue.sqlite` beside the dataset file, NAME being the dataset's, unless another path was chosen.
std::string queue_path(const dataset::DatasetFile& file, const QueueLocation& location);

/// Makes the file where it is not there. An SQS queue is never made.
Result<QueuePtr> open_dataset_queue(const dataset::DatasetFile& file, const QueueLocation& location);

/// Nothing is made: null where there is no file yet.
Result<QueuePtr> find_dataset_queue(const dataset::DatasetFile& file, const QueueLocation& location);

}  // namespace vdp::cli
