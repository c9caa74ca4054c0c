// The trace that an invocation belongs to, where X-Ray's libraries look for it: the variable _X_AMZN_TRACE_ID.
#pragma once

#include <string>
#include <string_view>

namespace vdp::lambda {

/// For the invocation that begins; "" for none. Does not grow the environment, however often it is called, and moves
/// nothing that another thread may be reading there. Not thread-safe.
void set_trace_id(std::string_view trace_id);

/// "1-5759e988-bd862e3fe1be46a994272793" of "Root=1-5759...;Parent=...": what logs are searched by.
std::string trace_root(std::string_view trace_id);

}  // namespace vdp::lambda
