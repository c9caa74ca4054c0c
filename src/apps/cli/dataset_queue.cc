#include "apps/cli/dataset_queue.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <string_view>

#include "base/log.h"
#include "queue/sqlite_queue.h"
#include "queue/sqs_place.h"
#include "queue/sqs_queue.h"

namespace vdp::cli {
namespace {

/// One path component for any name of a dataset.
std::string as_file_name(std::string_view name) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  std::string file_name;
  for (const char byte : name) {
    const bool keep = plain.find(byte) != std::string_view::npos;
    file_name += keep ? std::string(1, byte) : fmt::format("%{:02X}", static_cast<unsigned char>(byte));
  }
  return file_name;
}

/// Once a process.
void warn_of_disorder() {
  static std::once_flag told;
  std::call_once(told, [] {
    log(LogLevel::warning,
        "an SQS queue keeps no order between consumers: on a growing axis, have one consumer at a time");
  });
}

}  // namespace

void add_queue_options(CLI::App& verb, QueueLocation& location) {
  verb.add_option("--queue", location.path,
                  "the queue's file, or the URL of an SQS queue; by default .vdp/NAME.queue.sqlite by the dataset file")
      ->envname("VDP_QUEUE");
  verb.add_option("--max-receives", location.max_receives,
                  "deliveries of a message before it is a dead letter; of SQS, the queue's redrive policy says")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
}

std::string queue_path(const dataset::DatasetFile& file, const QueueLocation& location) {
  if (!location.path.empty()) return location.path;
  return fmt::format("{}.vdp/{}.queue.sqlite", file.folder, as_file_name(file.identity.name));
}

Result<QueuePtr> open_dataset_queue(const dataset::DatasetFile& file, const QueueLocation& location) {
  QueueOptions options;
  options.max_receives = location.max_receives;
  // What comes late does not fit on a growing axis, or costs more: batches follow one another, whoever writes them.
  options.ordered = std::ranges::find(file.axes, dataset::AxisKind::grow, &dataset::AxisSpec::kind) != file.axes.end();
  if (is_queue_url(location.path)) {
    const bool takes_late =
        file.forward.late == dataset::LatePolicy::insert || file.forward.late == dataset::LatePolicy::ledger;
    if (options.ordered && !takes_late) warn_of_disorder();
    return open_sqs_queue(location.path);
  }
  auto queue = open_sqlite_queue(queue_path(file, location), options);
  if (!queue && location.path.empty()) {
    return std::unexpected(within("queue (--queue names another place)", std::move(queue).error()));
  }
  return queue;
}

Result<QueuePtr> find_dataset_queue(const dataset::DatasetFile& file, const QueueLocation& location) {
  if (is_queue_url(location.path)) return open_dataset_queue(file, location);
  std::error_code ignored;
  if (!std::filesystem::exists(queue_path(file, location), ignored)) return QueuePtr();
  return open_dataset_queue(file, location);
}

}  // namespace vdp::cli
