#include "icechunk/format/utf8.h"

#include <flatbuffers/util.h>

namespace vdp::icechunk {

bool is_utf8(const std::string& text) {
  const char* at = text.c_str();  // ends in NUL, at which a cut-off sequence is noticed
  const char* const end = at + text.size();
  while (at < end) {
    if (static_cast<unsigned char>(*at) < 0x80) {
      ++at;
    } else if (flatbuffers::FromUTF8(&at) < 0) {
      return false;
    }
  }
  return true;
}

}  // namespace vdp::icechunk
