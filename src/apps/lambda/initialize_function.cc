#include "apps/lambda/initialize_function.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "apps/lambda/pipeline.h"
#include "base/json.h"
#include "base/json_field.h"
#include "base/log.h"
#include "pipeline/run.h"

namespace vdp::lambda {
namespace {

/// Of a custom resource's event: Create, Update, Delete; empty for any other event.
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
Result<std::string> request_type(const Json& event) {
  if (!event.is_object() || !event.contains("RequestType")) return std::string();
  const std::string type = text_field(event, "RequestType");
  constexpr std::array<std::string_view, 3> types = {"Create", "Update", "Delete"};
  if (std::ranges::find(types, type) != types.end()) return type;
  return invalid(fmt::format("RequestType: found \"{}\", expected Create, Update or Delete", type.substr(0, 64)));
}

}  // namespace

Result<Json> InitializeFunction::handle(const Json& event, const Invocation&) {
  VDP_ASSIGN(const std::string type, request_type(event));
  if (type == "Delete") {
    log(LogLevel::info, "the stack is deleted; the store stays");
    return Json{{"PhysicalResourceId", text_field(event, "PhysicalResourceId")}};
  }
  VDP_ASSIGN(Json made, initialize_store());
  if (type.empty()) return made;
  return Json{{"PhysicalResourceId", made.at("store")}, {"Data", made}};
}

Result<Json> InitializeFunction::initialize_store() const {
  const TimestampUs started_us = system_clock().now_us();
  VDP_ASSIGN(const Pipeline pipeline, open_pipeline(settings_));
  const std::string& store = pipeline.file.store.url;
  VDP_ASSIGN(const InitializeReport report, initialize(pipeline.file, *pipeline.source, *pipeline.processor, false));
  Json answer = {{"created", report.created}, {"store", store}, {"snapshot", nullptr}};
  if (report.snapshot) answer["snapshot"] = report.snapshot->text();
  Json fields = answer;
  fields["dataset"] = pipeline.file.identity.name;
  fields["duration_ms"] = static_cast<double>(system_clock().now_us() - started_us) / 1000;
  log(LogLevel::info, report.created ? "made the store" : "the store is there", fields);
  return answer;
}

}  // namespace vdp::lambda
