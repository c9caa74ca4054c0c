// The life of a function's process: take an event, answer it, and again.
#pragma once

#include "apps/lambda/function.h"
#include "apps/lambda/runtime_api.h"

namespace vdp::lambda {

/// Who the process is, for its log.
struct Identity {
  std::string service;        ///< "vdp", or as POWERTOOLS_SERVICE_NAME says
  std::string function_name;  ///< AWS_LAMBDA_FUNCTION_NAME
  std::string memory_mb;      ///< AWS_LAMBDA_FUNCTION_MEMORY_SIZE
};

/// Serves until a signal ends it (success), or the runtime API fails. Whatever an event or the function does wrong is
/// an error of that invocation alone: it is posted and logged, and the next event is taken.
Status serve(RuntimeApi& api, Function& function, const Identity& identity);

}  // namespace vdp::lambda
