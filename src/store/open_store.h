// Stores by their URL.
#pragma once

#include <string>

#include "store/access.h"
#include "store/object_store.h"

namespace vdp {

/// "file:///data/store/", a plain path, or "memory://name/" (one store per name and process). Other schemes are
/// `unsupported`, named.
Result<ObjectStorePtr> open_store(const std::string& url_or_path, const StoreAccess& access = {});

/// The same for an archive that is only read from: symbolic links of a local one are followed.
Result<ObjectStorePtr> open_source_store(const std::string& url_or_path, const StoreAccess& access = {});

}  // namespace vdp
