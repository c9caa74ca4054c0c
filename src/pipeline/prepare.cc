#include "pipeline/prepare.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <span>

#include "base/json_field.h"
#include "base/sha256.h"
#include "dataset/draft.h"
#include "dataset/shape.h"
#include "formats/parse.h"
#include "pipeline/axis_values.h"

namespace vdp {
namespace {

using dataset::Role;
using dataset::Template;
using dataset::VariableTemplate;

/// Bytes of chunks that are read to compare and decode the small and the static variables of one granule.
constexpr std::uint64_t max_value_bytes = std::uint64_t{1} << 30;
/// The official reader compares local references by modification time in whole seconds, rounded up: within this time a
/// second change would not be seen.
constexpr std::int64_t settle_us = 2'000'000;
constexpr int max_settle_waits = 5;

bool is_local(const Granule& granule) { return granule.uri.starts_with("file:"); }

/// The object as it is now, once it has settled.
Result<ObjectInfo> settled_info(const PrepareContext& context, const Granule& granule) {
  for (int attempt = 0; attempt < max_settle_waits; ++attempt) {
    VDP_ASSIGN(auto info, context.source->head(granule.key));
    const std::int64_t age_us = context.clock.now_us() - info.last_modified_us;
    if (!is_local(granule) || age_us >= settle_us || age_us < 0) return info;
    context.clock.sleep_us(settle_us - age_us);
  }
  return fail(ErrorKind::transient, "the file keeps changing");
}

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

/// Writes a converted number back in the variable's own type, exactly or not at all.
Status put_number(const dataset::Number& number, const zarr::DataType& type, std::span<std::uint8_t> target) {
  using Kind = zarr::DataType::Kind;
  std::uint64_t bits = 0;
  bool fits = true;
  if (type.kind == Kind::floating && type.size_bytes >= 4) {
    VDP_ASSIGN(const auto as_double, dataset::with_type(number, dataset::NumberType::float64));
    const double value = std::get<double>(as_double);
    const auto narrow = static_cast<float>(value);
    fits = type.size_bytes == 8 || static_cast<double>(narrow) == value;
    bits = type.size_bytes == 8 ? std::bit_cast<std::uint64_t>(value) : std::bit_cast<std::uint32_t>(narrow);
  } else if (type.kind == Kind::signed_integer || type.kind == Kind::unsigned_integer) {
    VDP_ASSIGN(const auto as_integer, dataset::with_type(number, dataset::NumberType::int64));
    const auto value = std::get<std::int64_t>(as_integer);
    const int width = static_cast<int>(8 * type.size_bytes - (type.kind == Kind::signed_integer ? 1 : 0));
    fits = type.kind == Kind::signed_integer
               ? width >= 63 || (value >= -(std::int64_t{1} << width) && value >> width <= 0)
               : value >= 0 && (width >= 63 || value >> width == 0);
    bits = static_cast<std::uint64_t>(value);
  } else {
    return unsupported(fmt::format("converting times of type {}", zarr::describe(type)));
  }
  if (!fits) {
    return invalid(
        fmt::format("{} in the store's units does not fit {}", dataset::to_string(number), zarr::describe(type)));
  }
  for (std::size_t i = 0; i < target.size(); ++i) target[i] = static_cast<std::uint8_t>(bits >> (8 * i));
  return {};
}

/// Times in the file's units become times in the store's.
Status convert_times(const zarr::DataType& type, const dataset::TimeUnits& from, const dataset::TimeUnits& to,
                     Bytes& elements) {
  if (from == to) return {};
  const bool floating = type.kind == zarr::DataType::Kind::floating;
  std::vector<dataset::Number> numbers;
  if (floating) {
    VDP_ASSIGN(const auto values, zarr::as_doubles(type, elements));
    numbers.assign(values.begin(), values.end());
  } else {
    VDP_ASSIGN(const auto values, zarr::as_integers(type, elements));
    numbers.assign(values.begin(), values.end());
  }
  const auto kind = floating ? dataset::NumberType::float64 : dataset::NumberType::int64;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    VDP_ASSIGN(const auto converted, dataset::convert(numbers[i], from, to, kind));
    VDP_TRY(put_number(converted, type, std::span(elements).subspan(i * type.size_bytes, type.size_bytes)));
  }
  return {};
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

Status convert_to_store_units(const Template& store, PreparedGranule& granule) {
  const Json& attributes = store.axis_variable().metadata.attributes;
  const std::string units = text_field(attributes, "units");
  if (!granule.coordinate_units || !dataset::is_absolute_time(units)) return {};
  VDP_ASSIGN(const auto to, dataset::parse_time_units(units, text_field(attributes, "calendar")));
  for (const auto& [name, variable] : store.variables) {
    const auto values = granule.values.find(name);
    if (!variable.in_axis_units || values == granule.values.end()) continue;
    const auto& type = granule.dataset.variables.at(name).metadata.data_type;
    if (auto done = convert_times(type, *granule.coordinate_units, to, std::get<Bytes>(values->second)); !done) {
      return std::unexpected(within("variable " + name, std::move(done).error()));
    }
  }
  return {};
}

}  // namespace

Result<ShapedGranule> shape_granule(const PrepareContext& context, const Granule& granule) {
  VDP_ASSIGN(const ObjectInfo info, settled_info(context, granule));
  ShapedGranule shaped{granule, nullptr, {}};
  shaped.granule.size = info.size;
  shaped.granule.etag = info.etag;
  shaped.granule.last_modified_us = info.last_modified_us;
  VDP_ASSIGN(shaped.bytes, open_source(context.source, granule.key));
  VDP_ASSIGN(const VirtualTree tree, parse_source(*shaped.bytes, context.file.parse.format));
  VDP_ASSIGN(shaped.dataset, dataset::shape(context.file, tree));
  return shaped;
}

namespace {

/// Whether the source must be read again, and nothing is known of the granule.
bool is_of_reading(const Error& error) {
  return error.kind == ErrorKind::transient || error.kind == ErrorKind::conflict || error.kind == ErrorKind::cancelled;
}

/// Keeps what is wrong with the granule, and goes on.
Status keep_finding(Status status, PreparedGranule& granule) {
  if (status || is_of_reading(status.error())) return status;
  granule.findings.push_back(status.error().text());
  return {};
}

Status count_steps(const dataset::AxisSpec& axis, PreparedGranule& granule) {
  const auto sizes = granule.dataset.dimension_sizes();
  const auto steps = sizes.find(axis.name);
  if (steps == sizes.end()) return invalid(fmt::format("no variable has the axis dimension \"{}\"", axis.name));
  if (steps->second == 0) return invalid(fmt::format("no step along the axis \"{}\"", axis.name));
  granule.steps = steps->second;
  return {};
}

Status place(const PrepareContext& context, const std::optional<NativeValues>& coordinate, PreparedGranule& granule) {
  VDP_TRY(find_axis_values(context.file, context.axis, coordinate, granule));
  if (granule.axis_values.size() == granule.steps) return {};
  return invalid(
      fmt::format("{} values of \"{}\" for {} steps", granule.axis_values.size(), context.axis.name, granule.steps));
}

}  // namespace

Result<PreparedGranule> prepare_granule(const PrepareContext& context, const Template& store, ShapedGranule shaped) {
  PreparedGranule granule;
  granule.granule = std::move(shaped.granule);
  granule.dataset = std::move(shaped.dataset);
  for (const SkippedObject& skipped : granule.dataset.skipped) {
    granule.notes.push_back(fmt::format("{} was skipped: {}", skipped.path, skipped.reason));
  }
  granule.notes.insert(granule.notes.end(), granule.dataset.notes.begin(), granule.dataset.notes.end());

  ValueReader reader(store, granule);
  VDP_TRY(keep_finding(count_steps(context.axis, granule), granule));
  VDP_TRY(reader.read(*shaped.bytes));
  if (granule.steps != 0) VDP_TRY(keep_finding(place(context, reader.take_axis_values(), granule), granule));
  VDP_TRY(keep_finding(convert_to_store_units(store, granule), granule));
  VDP_TRY(keep_finding(dataset::fit_to_grid(store, granule.dataset), granule));

  VDP_ASSIGN(const ObjectInfo after, context.source->head(granule.granule.key));
  if (after.etag != granule.granule.etag) return conflict("the file was replaced while it was read");
  return granule;
}

}  // namespace vdp
