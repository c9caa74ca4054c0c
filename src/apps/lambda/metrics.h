// Metrics in CloudWatch's embedded metric format: lines of the log from which the service takes numbers.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
#pragma once

#include <string>

#include "base/clock.h"
#include "base/json_fwd.h"
#include "pipeline/forward.h"

namespace vdp::lambda {

/// What one invocation of process_messages counts.
struct BatchFigures {
  ForwardReport report;
  std::size_t records = 0;
  std::size_t failures = 0;  ///< records that are given back
  double duration_ms = 0;
};

/// One document of the format: the figures as metrics with the dimension "dataset", and the request id as a property.
Json metrics_document(const std::string& metrics_namespace, const std::string& dataset, const std::string& request_id,
                      const BatchFigures& figures, TimestampUs now_us);

/// One line on standard output, at once.
void write_metrics(const Json& document);

}  // namespace vdp::lambda
