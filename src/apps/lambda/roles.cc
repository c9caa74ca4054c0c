#include "apps/lambda/roles.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "apps/lambda/backfill_function.h"
#include "apps/lambda/initialize_function.h"
#include "apps/lambda/process_messages.h"

namespace vdp::lambda {
namespace {

template <typename Made>
std::unique_ptr<Function> make(const FunctionSettings& settings) {
  return std::make_unique<Made>(settings);
}

constexpr std::string_view backfill_role = "backfill_";
constexpr std::array<std::string_view, 6> backfill_stages = {"partition", "initialize", "fork",
                                                             "process",   "reduce",     "promote"};

struct Role {
  std::string_view name;
  std::unique_ptr<Function> (*make)(const FunctionSettings& settings);
};

constexpr std::array roles = {
    Role{"initialize", make<InitializeFunction>},
    Role{"process_messages", make<ProcessMessagesFunction>},
};

}  // namespace

Result<std::unique_ptr<Function>> make_function(const std::string& role, const FunctionSettings& settings) {
  const auto found = std::ranges::find(roles, role, &Role::name);
  if (found != roles.end()) return found->make(settings);
  if (role.starts_with(backfill_role)) {
    const std::string stage = role.substr(backfill_role.size());
    if (std::ranges::find(backfill_stages, stage) != backfill_stages.end()) {
      return std::make_unique<BackfillFunction>(settings, stage);
    }
  }
  std::string known;
  for (const Role& each : roles) known += fmt::format("{}{}", known.empty() ? "" : ", ", each.name);
  for (const std::string_view stage : backfill_stages) known += fmt::format(", {}{}", backfill_role, stage);
  return invalid(fmt::format("_HANDLER: found \"{}\", expected one of {}", role, known));
}

}  // namespace vdp::lambda
