// A directory of the local file system as a store.
#pragma once

#include <string>

#include "store/object_store.h"

namespace vdp {

struct LocalStoreOptions {
  bool durable = true;        ///< fsync files and directories, so that what `put` reported survives a power cut
  bool follow_links = false;  ///< read through symbolic links below the root
};

/// Objects are the regular files below `root`. Symbolic links are neither followed nor listed, or with `follow_links`
/// read and listed as what they lead to (a link to nothing is listed, and `not_found`); nothing is ever written through
/// one. The directory is made by the first put. Conditions hold between all threads and processes that use this class
/// on one machine; writers that do not take its lock are outside that promise, but never see or leave half an object.
/// `root`: absolute, or relative to the working directory.
Result<ObjectStorePtr> open_local_store(const std::string& root, LocalStoreOptions options = {});

}  // namespace vdp
