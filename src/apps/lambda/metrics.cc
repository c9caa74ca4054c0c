#include "apps/lambda/metrics.h"

#include <fmt/format.h>

#include <array>
#include <cstdio>

#include "base/json.h"

namespace vdp::lambda {
namespace {

struct Metric {
  const char* name;
  const char* unit;
  double (*value)(const BatchFigures& figures);
};

template <auto Member>
double outcome(const BatchFigures& figures) {
  return static_cast<double>(figures.report.outcomes.*Member);
}

constexpr std::array metrics = {
    Metric{"Written", "Count", outcome<&OutcomeCounts::written>},
    Metric{"Replaced", "Count", outcome<&OutcomeCounts::replaced>},
    Metric{"Retracted", "Count", outcome<&OutcomeCounts::retracted>},
    Metric{"Unchanged", "Count", outcome<&OutcomeCounts::unchanged>},
    Metric{"Deferred", "Count", outcome<&OutcomeCounts::deferred>},
    Metric{"Rejected", "Count", outcome<&OutcomeCounts::rejected>},
    Metric{"Refs", "Count", [](const BatchFigures& f) { return static_cast<double>(f.report.refs); }},
    Metric{"Commits", "Count", [](const BatchFigures& f) { return static_cast<double>(f.report.commits); }},
    Metric{"Retries", "Count", [](const BatchFigures& f) { return static_cast<double>(f.report.retries); }},
    Metric{"Records", "Count", [](const BatchFigures& f) { return static_cast<double>(f.records); }},
    Metric{"Failures", "Count", [](const BatchFigures& f) { return static_cast<double>(f.failures); }},
    Metric{"Duration", "Milliseconds", [](const BatchFigures& f) { return f.duration_ms; }},
};

}  // namespace

Json metrics_document(const std::string& metrics_namespace, const std::string& dataset, const std::string& request_id,
                      const BatchFigures& figures, TimestampUs now_us) {
  Json definitions = Json::array();
  for (const Metric& metric : metrics) definitions.push_back({{"Name", metric.name}, {"Unit", metric.unit}});
  const Json directive = {{"Namespace", metrics_namespace},
                          {"Dimensions", Json::array({Json::array({"dataset"})})},
                          {"Metrics", std::move(definitions)}};
  Json document = {{"_aws", {{"Timestamp", now_us / 1000}, {"CloudWatchMetrics", Json::array({directive})}}},
                   {"dataset", dataset},
                   {"function_request_id", request_id}};
  for (const Metric& metric : metrics) document[metric.name] = metric.value(figures);
  return document;
}

void write_metrics(const Json& document) {
  fmt::print("{}\n", document.dump(-1, ' ', false, Json::error_handler_t::replace));
  std::fflush(stdout);
}

}  // namespace vdp::lambda
