// A store in the process's memory: for tests, simulation and `memory://` URLs.
#pragma once

#include <string>

#include "base/clock.h"
#include "store/object_store.h"

namespace vdp {

/// An empty store with the URL "memory://NAME/". Two calls give two stores, whatever their names.
ObjectStorePtr make_memory_store(std::string name = "test", Clock& clock = system_clock());

}  // namespace vdp
