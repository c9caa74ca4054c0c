#include "icechunk/format/fuzz_bodies.h"

#include <cstdio>
#include <cstdlib>

#include "icechunk/format/manifest.h"
#include "icechunk/format/metadata_value.h"
#include "icechunk/format/object_envelope.h"
#include "icechunk/format/repo_info.h"
#include "icechunk/format/snapshot.h"
#include "icechunk/format/transaction_log.h"

namespace vdp::icechunk {
namespace {

constexpr std::size_t spec_version_at = 36;  // see FileHeader

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

Bytes object_of(ObjectType type, ByteView data) {
  const ByteView rest = data.subspan(1);
  if (data[0] % 3 == 0) return Bytes(rest.begin(), rest.end());
  Bytes object = seal_object(type, rest, 1);
  object[spec_version_at] = static_cast<std::uint8_t>(data[0] % 3);
  return object;
}

/// `encode` and `decode` are each other's inverse, once what was found is written our way.
template <typename Decode, typename Encode>
void require_round_trip(const Bytes& object, Decode decode, Encode encode) {
  const auto found = decode(object);
  if (!found) return;
  const Result<Bytes> written = encode(*found);
  // What would be lost, or would not be read back, is not written.
  if (!written) return;
  const auto read_back = decode(*written);
  require(read_back.has_value(), "what was encoded decodes");
  const Result<Bytes> again = encode(*read_back);
  require(again && *again == *written, "what was decoded encodes to the same");
}

void fuzz_manifest(const Bytes& object) {
  const Result<Manifest> found = decode_manifest(object);
  if (!found) return;
  // Ours have one array each.
  for (const ArrayManifest& array : found->arrays) {
    if (array.refs.empty()) continue;
    const Result<Bytes> written = encode_manifest(found->id, array.node, array.refs);
    if (!written) continue;
    require_round_trip(*written, decode_manifest, [&](const Manifest& manifest) {
      const RefTable* refs = manifest.find(array.node);
      require(refs != nullptr && refs->size() == array.refs.size(), "all references are read back");
      return encode_manifest(manifest.id, array.node, *refs);
    });
  }
}

}  // namespace

void fuzz_object(ObjectType type, ByteView data) {
  if (data.empty()) return;
  const Bytes object = object_of(type, data);
  switch (type) {
    case ObjectType::snapshot:
      return require_round_trip(object, decode_snapshot,
                                [](const Snapshot& snapshot) -> Result<Bytes> { return encode_snapshot(snapshot); });
    case ObjectType::manifest:
      return fuzz_manifest(object);
    case ObjectType::transaction_log:
      return require_round_trip(object, decode_transaction_log,
                                [](const TransactionLog& log) { return encode_transaction_log(log); });
    case ObjectType::repo_info:
      return require_round_trip(object, decode_repo_info, encode_repo_info);
  }
}

void fuzz_flexbuffer(ByteView data) {
  const Result<Json> found = decode_flexbuffer(data);
  if (!found) return;
  const Bytes written = encode_flexbuffer(*found);
  const Result<Json> read_back = decode_flexbuffer(written);
  require(read_back.has_value(), "an encoded value decodes");
  require(encode_flexbuffer(*read_back) == written, "and encodes to the same");
}

void fuzz_message_pack(ByteView data) {
  const Result<Json> found = decode_message_pack(data);
  if (!found) return;
  const Bytes written = Json::to_msgpack(*found);
  const Result<Json> read_back = decode_message_pack(written);
  require(read_back.has_value(), "an encoded value decodes");
  require(Json::to_msgpack(*read_back) == written, "and encodes to the same");
}

}  // namespace vdp::icechunk
