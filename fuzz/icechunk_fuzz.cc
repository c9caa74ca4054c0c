// Objects of an Icechunk repository. The first byte chooses what the rest is: an object as it lies in a store, or the
// tables inside one, which a checksum would otherwise hide from the fuzzer.
#include <cstddef>
#include <cstdint>

#include "icechunk/format/manifest.h"
#include "icechunk/format/metadata_value.h"
#include "icechunk/format/object_envelope.h"
#include "icechunk/format/repo_info.h"
#include "icechunk/format/snapshot.h"
#include "icechunk/format/transaction_log.h"

using namespace vdp;
using namespace vdp::icechunk;

namespace {

void decode(ObjectType type, ByteView object) {
  switch (type) {
    case ObjectType::snapshot:
      (void)decode_snapshot(object);
      break;
    case ObjectType::manifest:
      (void)decode_manifest(object);
      break;
    case ObjectType::transaction_log:
      (void)decode_transaction_log(object);
      break;
    case ObjectType::repo_info: {
      // What is accepted can be written again, unless it holds what would be lost.
      const auto info = decode_repo_info(object);
      if (info) (void)encode_repo_info(*info);
      break;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView rest(data + 1, size - 1);
  constexpr ObjectType types[] = {ObjectType::snapshot, ObjectType::manifest, ObjectType::transaction_log,
                                  ObjectType::repo_info};
  const std::uint8_t choice = data[0] % 10;
  if (choice < 4) {
    decode(types[choice], seal_object(types[choice], rest, 1));
  } else if (choice < 8) {
    decode(types[choice - 4], rest);
  } else if (choice == 8) {
    (void)decode_flexbuffer(rest);
  } else {
    (void)decode_message_pack(rest);
  }
  return 0;
}
