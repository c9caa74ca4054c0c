#include "pipeline/granule_values.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/sha256.h"

namespace vdp {
namespace {

using dataset::Role;
using dataset::Template;
using dataset::VariableTemplate;

/// Bytes of chunks that are read to compare and decode the small and the static variables of one granule.
constexpr std::uint64_t max_value_bytes = std::uint64_t{1} << 30;

using Chunks = std::map<std::uint64_t, Bytes>;  ///< encoded bytes by linear index

/// The encoded chunks of several arrays, in one read of the source.
Result<std::map<std::string, Chunks>> load_chunks(ByteSource& bytes, const VirtualDataset& granule,
                                                  const std::vector<std::string>& names) {
  std::map<std::string, Chunks> loaded;
  std::vector<ByteRange> ranges;
  std::vector<std::pair<std::string, std::uint64_t>> targets;
  std::uint64_t total = 0;
  for (const std::string& name : names) {
    const auto& manifest = granule.variables.at(name).manifest;
    auto& chunks = loaded[name];
    manifest.for_each([&](const ChunkManifest::Entry& entry) {
      if (entry.inlined != nullptr) {
        chunks.emplace(entry.index, *entry.inlined);
      } else {
        ranges.push_back({entry.ref.offset, entry.ref.length});
        targets.emplace_back(name, entry.index);
        total = std::min(max_value_bytes + 1, total + std::min(entry.ref.length, max_value_bytes + 1));
      }
    });
  }
  if (total > max_value_bytes) {
    return over_limit(fmt::format("static and native variables of over {} bytes", max_value_bytes));
  }
  VDP_ASSIGN(auto buffers, bytes.read(ranges));
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    loaded[targets[i].first].emplace(targets[i].second, std::move(buffers[i]));
  }
  return loaded;
}

zarr::ChunkReader reader_of(const VirtualArray& array, const Chunks& chunks) {
  return [&array, &chunks](const zarr::Shape& index) -> Result<std::optional<Bytes>> {
    const auto found = chunks.find(array.manifest.linear(index));
    return found == chunks.end() ? std::nullopt : std::optional(found->second);
  };
}

std::string hash_encoded(const zarr::ArrayMetadata& metadata, const Chunks& chunks) {
  Sha256 hash;
  hash.update(zarr::to_json(metadata.data_type).dump());
  for (const auto& codec : metadata.codecs) hash.update(codec.name + codec.configuration.dump());
  for (const std::uint64_t edge : metadata.chunk_shape) hash.update_u64(edge);
  for (const auto& [index, bytes] : chunks) {
    hash.update_u64(index);
    hash.update_u64(bytes.size());
    hash.update(bytes);
  }
  return hash.finish_hex();
}

std::string hash_values(const NativeValues& values) {
  Sha256 hash;
  if (const auto* texts = std::get_if<std::vector<std::string>>(&values)) {
    for (const std::string& text : *texts) {
      hash.update_u64(text.size());
      hash.update(text);
    }
  } else {
    hash.update(std::get<Bytes>(values));
  }
  return hash.finish_hex();
}

/// Decodes and hashes what the template asks for.
class ValueReader {
 public:
  ValueReader(const Template& store, PreparedGranule& granule) : store_(store), granule_(granule) {}

  /// What cannot be decoded is a finding; an error is one of reading.
  Status read(ByteSource& bytes) {
    std::vector<std::string> names;
    for (const auto& [name, variable] : store_.variables) {
      if (variable.role != Role::refs && granule_.dataset.variables.contains(name)) names.push_back(name);
    }
    VDP_ASSIGN(const auto loaded, load_chunks(bytes, granule_.dataset, names));
    for (const std::string& name : names) {
      if (auto done = read_variable(name, store_.variables.at(name), loaded.at(name)); !done) {
        granule_.findings.push_back(within("variable " + name, std::move(done).error()).text());
      }
    }
    return {};
  }

  std::optional<NativeValues> take_axis_values() { return std::move(axis_values_); }

 private:
  Status read_variable(const std::string& name, const VariableTemplate& variable, const Chunks& chunks) {
    const VirtualArray& array = granule_.dataset.variables.at(name);
    if (is_static(variable.role)) return read_static(name, variable, array, chunks);
    VDP_ASSIGN(auto values, read_values(array.metadata, reader_of(array, chunks), max_value_bytes));
    if (variable.role == Role::axis) {
      axis_values_ = std::move(values);
    } else {
      granule_.values[name] = std::move(values);
    }
    return {};
  }

  Status read_static(const std::string& name, const VariableTemplate& variable, const VirtualArray& array,
                     const Chunks& chunks) {
    dataset::StaticProof& proof = granule_.proofs[name];
    proof.encoded = hash_encoded(array.metadata, chunks);
    // Equal bytes through equal codecs are equal values. Without a proof this is the first granule.
    if (variable.proof && variable.proof->encoded == proof.encoded) return {};
    VDP_ASSIGN(auto values, read_values(array.metadata, reader_of(array, chunks), max_value_bytes));
    proof.values = hash_values(values);
    if (!variable.proof && variable.role == Role::static_native) granule_.values[name] = std::move(values);
    return {};
  }

  const Template& store_;
  PreparedGranule& granule_;
  std::optional<NativeValues> axis_values_;
};

}  // namespace

Result<std::optional<NativeValues>> read_granule_values(const Template& store, ByteSource& bytes,
                                                        PreparedGranule& granule) {
  ValueReader reader(store, granule);
  VDP_TRY(reader.read(bytes));
  return reader.take_axis_values();
}

}  // namespace vdp
