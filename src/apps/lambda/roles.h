// The functions that this program can be, by the names that _HANDLER gives.
#pragma once

#include <memory>
#include <string>

#include "apps/lambda/function.h"
#include "apps/lambda/function_settings.h"

namespace vdp::lambda {

/// `invalid` for a role that is not there, naming those that are.
Result<std::unique_ptr<Function>> make_function(const std::string& role, const FunctionSettings& settings);

}  // namespace vdp::lambda
