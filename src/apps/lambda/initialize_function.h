// The role `initialize`: makes the store when the stack is deployed.
#pragma once

#include "apps/lambda/function.h"
#include "apps/lambda/function_settings.h"

namespace vdp::lambda {

/// Answers {"created": bool, "store": URL, "snapshot": ID or null}, whatever the event is: the CDK's trigger invokes it
/// directly, and fails the deployment where the invocation fails. Of a custom resource (provider framework) the answer
/// is
/// {"PhysicalResourceId": URL, "Data": the same}; its Delete does nothing, as the data outlive the stack.
class InitializeFunction final : public Function {
 public:
  explicit InitializeFunction(FunctionSettings settings) : settings_(std::move(settings)) {}
  Result<Json> handle(const Json& event, const Invocation& invocation) override;

 private:
  Result<Json> initialize_store() const;

  FunctionSettings settings_;
};

}  // namespace vdp::lambda
