// What long work tells about itself while it runs.
#pragma once

#include <cstdint>

namespace vdp {

struct ProgressCounts {
  std::uint64_t files_total = 0;  ///< 0 where nobody knows
  std::uint64_t files_done = 0;
  std::uint64_t files_rejected = 0;
  std::uint64_t refs = 0;          ///< virtual chunk references written
  std::uint64_t source_bytes = 0;  ///< sizes of the files done: what the references cover
  std::uint64_t commits = 0;
  std::uint64_t retries = 0;
};

/// Told after every step. Called from one thread.
class ProgressListener {
 public:
  virtual ~ProgressListener() = default;
  virtual void on_progress(const ProgressCounts& counts) = 0;
};

}  // namespace vdp
