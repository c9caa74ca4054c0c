// Which opened queues are alive: each locks one byte of a file that lies beside the queue.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"

namespace vdp {

/// One opening of the file, for one holder. The locks are OFD locks: they belong to this opening, so that two of one
/// process do not share them, and the kernel drops them when it is closed or its process ends, however it ends.
class HolderLock {
 public:
  static Result<HolderLock> open(const std::string& path);

  HolderLock(HolderLock&& other) noexcept;
  HolderLock& operator=(HolderLock&& other) noexcept;
  ~HolderLock();

  /// Locks the byte at offset `number`. False where another opening has it.
  Result<bool> try_lock(std::int64_t number);
  Status unlock(std::int64_t number);

  /// Whether another opening, here or in another process, has the byte locked.
  Result<bool> is_locked_by_another(std::int64_t number) const;

 private:
  explicit HolderLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace vdp
