#include "formats/hdf5/held_memory.h"

#include "formats/memory_budget.h"

namespace vdp::hdf5 {
namespace {

constexpr std::uint64_t reference_bytes = 28;  ///< in a ChunkManifest

/// Nesting is bounded where types are decoded. Fields are in the array's own type and fill value, too.
std::uint64_t memory_of(const Datatype& type) {
  constexpr std::uint64_t field_bytes = 256;
  std::uint64_t bytes = sizeof(Datatype) + type.tag.size();
  for (const Datatype& base : type.base) bytes += memory_of(base);
  for (const Member& member : type.members) {
    bytes += field_bytes + 3 * member.name.size() + member.value.size() + memory_of(member.type);
  }
  return bytes;
}

std::uint64_t memory_of(const std::vector<InlineChunk>& chunks) {
  std::uint64_t bytes = 0;
  for (const InlineChunk& chunk : chunks) bytes += sizeof(InlineChunk) + reference_bytes + 2 * chunk.bytes.size();
  return bytes;
}

}  // namespace

std::uint64_t memory_of(const Object& object) {
  std::uint64_t bytes = sizeof(Object) + vdp::memory_of(object.attributes);
  for (const Link& link : object.links) {
    bytes += sizeof(Link) + link.name.size() + link.target.size() + link.file.size();
  }
  for (const std::string& reason : object.lost) bytes += sizeof(std::string) + reason.size();
  for (const auto& scales : object.role.scales) bytes += sizeof(scales) + scales.size() * sizeof(Address);
  if (!object.dataset) return bytes;
  const DatasetHeader& dataset = *object.dataset;
  return bytes + memory_of(dataset.type) + dataset.fill.value.size() + 2 * dataset.layout.compact_data.size();
}

std::uint64_t memory_of(const DatasetContents& contents) {
  return sizeof(DatasetContents) + contents.chunks.size() * (sizeof(StoredChunk) + reference_bytes) +
         memory_of(contents.inlined) + memory_of(contents.strings);
}

}  // namespace vdp::hdf5
