// FileEvent: what a message tells of one file.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"

namespace vdp {

/// Events come in any order, late and several times: an event says that there is something to look at, and the source
/// says what there is.
struct FileEvent {
  enum class Kind {
    created,  ///< there is a file, or a new version of it
    removed,  ///< it is gone, or was when the event was sent
  };
  Kind kind = Kind::created;
  std::string uri;                   ///< absolute, percent-encoded
  std::string key;                   ///< under the source prefix; empty where the sender does not know the prefix
  std::uint64_t size = 0;            ///< bytes; 0 where it is not known
  std::string etag;                  ///< in its quotes, as HTTP has it; empty where it is not known
  std::string version_id;            ///< of a versioned bucket; empty where there is none
  TimestampUs last_modified_us = 0;  ///< of the file; 0 where it is not known
  TimestampUs time_us = 0;           ///< of the event; 0 where it is not known
  bool operator==(const FileEvent&) const = default;
};

}  // namespace vdp
