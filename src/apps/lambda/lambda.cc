#include "apps/lambda/lambda.h"

#include <fmt/format.h>

#include "apps/lambda/roles.h"
#include "apps/lambda/shutdown.h"
#include "base/json.h"
#include "base/log.h"

namespace vdp::lambda {
namespace {

/// Lines of JSON from the first on, as the log service takes fields from them.
void set_up_log(const Identity& identity, const dataset::EnvironmentLookup& environment) {
  set_log_format(LogFormat::json);
  set_log_context({{"service", identity.service}, {"function_name", identity.function_name}});
  set_log_level(parse_log_level(environment("VDP_LOG_LEVEL").value_or("")).value_or(LogLevel::info));
}

bool fail_with(const Error& error) {
  log(LogLevel::error, error.text());
  return false;
}

/// A function that cannot serve: the service shows the error to whoever invokes it.
bool fail_init(RuntimeApi& api, const std::string& type, const Error& error) {
  const auto told = api.fail_init({type, function_error(error).message});
  if (!told) log(LogLevel::error, told.error().text());
  return fail_with(error);
}

}  // namespace

bool run(const std::string& role, const dataset::EnvironmentLookup& environment) {
  watch_for_shutdown();
  const Identity identity = read_identity(environment);
  set_up_log(identity, environment);
  auto api = RuntimeApi::at(environment("AWS_LAMBDA_RUNTIME_API").value_or(""));
  if (!api) return fail_with(api.error());
  const auto settings = read_settings(environment);
  if (!settings) return fail_init(*api, "Runtime.ConfigInvalid", settings.error());
  const auto function = make_function(role, *settings);
  if (!function) return fail_init(*api, "Runtime.NoSuchHandler", function.error());
  const Status served = serve(*api, **function, identity);
  return served ? true : fail_with(served.error());
}

}  // namespace vdp::lambda
