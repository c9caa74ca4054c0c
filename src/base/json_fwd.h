// The name of Json without its definition: headers that only mention it stay light.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace vdp {
using Json = nlohmann::ordered_json;
}
