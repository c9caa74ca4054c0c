// What is done with arbitrary bytes as a fork: by fuzz/fork_fuzz.cc, and by fork_test.cc with seeds.
#pragma once

#include "icechunk/repo/fork.h"
#include "icechunk/repo/fork_changes.h"
#include "icechunk/repo/fork_file.h"

namespace vdp::icechunk {

/// The first byte chooses whether the rest is a file, or a payload with a hash that is right. What is accepted is
/// written again as it was, and laid over a snapshot that it may not fit. False: written again it is another file.
inline bool fuzz_fork(ByteView data, const Snapshot& base) {
  if (data.empty()) return true;
  const ByteView rest = data.subspan(1);
  const Bytes file = data[0] % 2 == 0 ? Bytes(rest.begin(), rest.end()) : seal_fork_payload(rest);
  const Result<Fork> fork = Fork::decode(file);
  if (!fork) return true;
  (void)changes_on(base, fork->content());
  return fork->encode() == file;
}

}  // namespace vdp::icechunk
