// Granule: one source file, as a listing or an event tells of it.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"

namespace vdp {

struct Granule {
  std::string uri;                   ///< absolute: the source prefix and the key
  std::string key;                   ///< under the source prefix
  std::uint64_t size = 0;            ///< bytes; 0 where it is not known
  std::string etag;                  ///< empty where it is not known
  TimestampUs last_modified_us = 0;  ///< 0 where it is not known
  bool operator==(const Granule&) const = default;
};

}  // namespace vdp
