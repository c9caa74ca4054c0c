#include "apps/lambda/process_messages.h"

#include <fmt/format.h>

#include "apps/lambda/granule_log.h"
#include "apps/lambda/records_queue.h"
#include "apps/lambda/sqs_event.h"
#include "base/json.h"
#include "base/log.h"
#include "queue/sqs_dead_letters.h"

namespace vdp::lambda {
namespace {

/// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
Json batch_response(const std::vector<std::string>& failed) {
  Json failures = Json::array();
  for (const std::string& id : failed) failures.push_back({{"itemIdentifier", id}});
  return {{"batchItemFailures", std::move(failures)}};
}

/// The store is not made here: a wrong URL must not become a new store that fills up unseen.
Result<icechunk::Repository> open_initialized(Processor& processor) {
  VDP_ASSIGN(auto found, processor.find_store());
  if (found) return std::move(*found);
  return processor.initialize_store({});
}

}  // namespace

Result<Json> ProcessMessagesFunction::handle(const Json& event, const Invocation& invocation) {
  const TimestampUs started_us = system_clock().now_us();
  VDP_ASSIGN(auto messages, parse_sqs_event(event));
  if (!open_) VDP_TRY(open());
  BatchFigures figures;
  figures.records = messages.size();
  RecordsQueue queue(std::move(messages), settings_.max_receives);
  auto written = write(queue, figures.records, invocation);
  if (written) {
    figures.report = std::move(*written);
    const auto buried = queue.bury_rejected(open_->dead_letters.get(), invocation.deadline_us);
    if (!buried) log(LogLevel::error, "dead letters: " + buried.error().text());
  } else {
    log(LogLevel::error, written.error().text(), {{"error_type", to_string(written.error().kind)}});
  }
  // All of them after an error: nothing is settled before its batch is committed.
  const std::vector<std::string> failed = queue.unsettled();
  figures.failures = failed.size();
  figures.duration_ms = static_cast<double>(system_clock().now_us() - started_us) / 1000;
  tell(invocation, figures);
  if (!written) open_.reset();
  return batch_response(failed);
}

Status ProcessMessagesFunction::open() {
  VDP_ASSIGN(Pipeline pipeline, open_pipeline(settings_));
  VDP_ASSIGN(auto repository, open_initialized(*pipeline.processor));
  std::shared_ptr<DeadLetterSink> dead_letters;
  if (!settings_.dead_letters_url.empty()) {
    VDP_ASSIGN_IN("VDP_DEAD_LETTERS", dead_letters, open_sqs_dead_letters(settings_.dead_letters_url));
  }
  open_.emplace(std::move(pipeline), std::move(repository), std::move(dead_letters));
  return {};
}

Result<ForwardReport> ProcessMessagesFunction::write(RecordsQueue& queue, std::size_t records,
                                                     const Invocation& invocation) {
  if (records == 0) return ForwardReport{};
  ForwardOptions options;
  options.mode = ForwardMode::once;
  options.batch = records;  // what an event brings together is one commit
  options.deadline_us = invocation.deadline_us;
  options.on_outcome = log_outcome;
  auto report = forward(*open_->pipeline.processor, open_->repository, queue, options);
  const auto depth = queue.depth();
  if (report && depth && depth->waiting != 0) {
    const std::int64_t margin_us = options.commit_margin_us + options.read_margin_us;
    log(LogLevel::warning, fmt::format("less than {} s are left before the deadline, so nothing was begun: is the "
                                       "function's timeout long enough?",
                                       margin_us / 1'000'000));
  }
  return report;
}

void ProcessMessagesFunction::tell(const Invocation& invocation, const BatchFigures& figures) const {
  const std::string& dataset = open_->pipeline.file.identity.name;
  for (const std::string& note : figures.report.notes) log(LogLevel::info, note);
  Json fields = to_json(figures.report.outcomes);
  fields.update({{"dataset", dataset},
                 {"records", figures.records},
                 {"batch_item_failures", figures.failures},
                 {"refs", figures.report.refs},
                 {"commits", figures.report.commits},
                 {"retries", figures.report.retries},
                 {"duration_ms", figures.duration_ms}});
  log(LogLevel::info, fmt::format("{} records, {} given back", figures.records, figures.failures), fields);
  if (settings_.metrics_namespace.empty()) return;
  write_metrics(
      metrics_document(settings_.metrics_namespace, dataset, invocation.request_id, figures, system_clock().now_us()));
}

}  // namespace vdp::lambda
