#include "apps/lambda/runtime_loop.h"

#include <fmt/format.h>

#include <exception>

#include "apps/lambda/shutdown.h"
#include "apps/lambda/trace_id.h"
#include "base/json.h"
#include "base/log.h"

namespace vdp::lambda {
namespace {

constexpr int payload_too_large = 413;

/// The names are those of Powertools' logger.
Json log_context(const Identity& identity, const Invocation& invocation) {
  return {{"service", identity.service},
          {"cold_start", invocation.is_cold_start},
          {"function_name", identity.function_name},
          {"function_memory_size", identity.memory_mb},
          {"function_arn", invocation.function_arn},
          {"function_request_id", invocation.request_id},
          {"xray_trace_id", trace_root(invocation.trace_id)}};
}

/// The function's answer as text. The last place for an exception: what escapes from below must not end the process.
Result<std::string> answer_to(const Event& event, Function& function) try {
  if (event.body.size() > max_payload_bytes) {
    return over_limit(fmt::format("an event of {} bytes, at most {} are taken", event.body.size(), max_payload_bytes));
  }
  VDP_ASSIGN_IN("event", const Json parsed, parse_json(event.body));
  VDP_ASSIGN(const Json answer, function.handle(parsed, event.invocation));
  std::string text = answer.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > max_payload_bytes) {
    return over_limit(fmt::format("an answer of {} bytes, at most {} are taken", text.size(), max_payload_bytes));
  }
  return text;
} catch (const std::exception& exception) {
  return internal(fmt::format("an exception escaped: {}", exception.what()));
}

Status post(RuntimeApi& api, const std::string& request_id, const Result<std::string>& answer) {
  int status = 0;
  if (answer) {
    VDP_ASSIGN(status, api.respond(request_id, *answer));
    if (status == payload_too_large) {
      const std::string text = fmt::format("the service does not take an answer of {} bytes", answer->size());
      VDP_ASSIGN(status, api.fail(request_id, {"Function.Limit", text}));
    }
  } else {
    VDP_ASSIGN(status, api.fail(request_id, function_error(answer.error())));
  }
  // As after a deadline that passed: the service has given up on this invocation, not on the process.
  if (status >= 300) log(LogLevel::error, "the runtime API refused the answer", {{"status", status}});
  return {};
}

}  // namespace

Status serve(RuntimeApi& api, Function& function, const Identity& identity) {
  while (!shutdown_requested()) {
    Result<Event> event = internal("not asked");
    {
      const Waiting idle;
      event = api.next();
    }
    if (!event) return std::unexpected(std::move(event).error());
    const TimestampUs started_us = system_clock().now_us();
    set_trace_id(event->invocation.trace_id);
    set_log_context(log_context(identity, event->invocation));
    const auto answer = answer_to(*event, function);
    if (!answer) {
      const FunctionError error = function_error(answer.error());
      const double duration_ms = static_cast<double>(system_clock().now_us() - started_us) / 1000;
      log(LogLevel::error, error.message, {{"error_type", error.type}, {"duration_ms", duration_ms}});
    }
    VDP_TRY(post(api, event->invocation.request_id, answer));
  }
  return {};
}

}  // namespace vdp::lambda
