#include "pipeline/verify/granule_comparison.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "base/checked.h"
#include "dataset/draft.h"
#include "dataset/guards.h"
#include "formats/parse.h"
#include "pipeline/verify/array_region.h"
#include "pipeline/verify/context.h"
#include "pipeline/verify/value_difference.h"
#include "store/url.h"

namespace vdp {
namespace {

using dataset::Role;
using dataset::VariableTemplate;
using Kind = VerifyFinding::Kind;

/// Of values that are compared at once, and of a source's chunk that is decoded whole although the store refers to
/// pieces of it.
constexpr std::uint64_t max_region_bytes = std::uint64_t{256} << 20;
constexpr std::uint64_t max_source_chunk_bytes = std::uint64_t{64} << 20;

class Comparison {
 public:
  Comparison(const StoreSide& store, const ProvenanceRecord& record, GranuleComparison& result)
      : store_(store), record_(record), result_(result) {}

  /// `own`: as the file has it; `granule`: fitted to the store's grids, and decoded where the store keeps values.
  Status compare(const VirtualDataset& own, const PreparedGranule& granule, ByteSource& source,
                 const std::vector<ChunkDraw>& draws) {
    if (granule.steps != record_.box.size()) {
      add(Kind::mismatch, store_.state.store.axis, fmt::format("{} slots", record_.box.size()),
          fmt::format("{} steps of the file", granule.steps));
      return {};
    }
    compare_metadata(granule);
    for (const auto& [name, variable] : store_.state.store.variables) {
      if (!can_compare(name, granule)) continue;
      if (variable.role == Role::refs) VDP_TRY(compare_refs(name, variable, granule));
      if (variable.role == Role::native) compare_native(name, variable, granule);
    }
    compare_axis(granule);
    for (const ChunkDraw& draw : draws) {
      if (can_compare(draw.variable, granule)) compare_chunk(draw, own, granule, source);
    }
    return {};
  }

 private:
  std::string path(const std::string& variable) const { return variable_path(store_.group, variable); }
  const VariableTemplate& variable_of(const std::string& name) const { return store_.state.store.variables.at(name); }
  bool can_compare(const std::string& name, const PreparedGranule& granule) const {
    return granule.dataset.variables.contains(name) && !mismatched_.contains(name);
  }

  void add(Kind kind, const std::string& variable, std::string found, std::string expected) {
    result_.findings.push_back({.kind = kind,
                                .slots = record_.box,
                                .uri = record_.uri,
                                .variable = variable,
                                .found = std::move(found),
                                .expected = std::move(expected)});
  }
  void add_unreadable(const std::string& variable, const Error& error) {
    add(Kind::unreadable, variable, error.text(), "values");
  }

  /// The guards of writing, with the roles turned round: the file is right.
  void compare_metadata(const PreparedGranule& granule) {
    const auto report = dataset::compare(store_.state.store, granule.dataset, granule.proofs);
    for (const dataset::Mismatch& mismatch : report.mismatches) {
      if (lacks(record_, mismatch.variable)) continue;
      mismatched_.insert(mismatch.variable);
      add(Kind::mismatch, mismatch.variable, fmt::format("{} {}", mismatch.what, mismatch.expected), mismatch.found);
    }
  }

  Status compare_refs(const std::string& name, const VariableTemplate& variable, const PreparedGranule& granule) {
    const std::size_t axis = *variable.axis_dimension;
    const std::uint64_t edge = variable.metadata.chunk_shape[axis];
    const std::uint64_t first = record_.box.begin / edge;
    const ChunkManifest& manifest = granule.dataset.variables.at(name).manifest;
    auto box = icechunk::ChunkBox::whole(variable.metadata.grid_shape());
    box.begin[axis] = first;
    box.end[axis] = divide_up(record_.box.end, edge);
    std::size_t found = 0;
    const std::size_t before = result_.findings.size();
    VDP_TRY(store_.session.for_each_ref(path(name), box, [&](const icechunk::ChunkRefView& ref) {
      ++found;
      zarr::Shape index(ref.index.begin(), ref.index.end());
      index[axis] -= first;
      const auto entry = manifest.find(manifest.linear(index));
      if (!entry) {
        add_once(before, Kind::ref_range, name, describe(ref), "no chunk, as in the file");
      } else if (entry->inlined == nullptr && (ref.offset != entry->ref.offset || ref.length != entry->ref.length)) {
        add_once(before, Kind::ref_range, name, describe(ref),
                 fmt::format("[{}, +{}]", entry->ref.offset, entry->ref.length));
      }
    }));
    if (found >= manifest.size()) return {};
    add(Kind::no_refs, name, fmt::format("{} chunks", found), fmt::format("{}, as in the file", manifest.size()));
    return {};
  }

  /// The references of one variable are one finding, which tells of the first.
  void add_once(std::size_t before, Kind kind, const std::string& variable, std::string found, std::string expected) {
    if (result_.findings.size() > before) {
      ++result_.findings.back().count;
    } else {
      add(kind, variable, std::move(found), std::move(expected));
    }
  }

  static std::string describe(const icechunk::ChunkRefView& ref) {
    return fmt::format("chunk {} at [{}, +{}]", fmt::join(ref.index, "/"), ref.offset, ref.length);
  }

  /// The slots of the record, all other dimensions whole.
  ArrayRegion rows_of(const VariableTemplate& variable) const {
    ArrayRegion region{zarr::Shape(variable.metadata.rank(), 0), variable.metadata.shape};
    region.origin[*variable.axis_dimension] = record_.box.begin;
    region.shape[*variable.axis_dimension] = record_.box.size();
    return region;
  }

  zarr::ChunkReader store_reader(const std::string& name) const {
    return [this, path = path(name)](const zarr::Shape& index) {
      return store_.session.read_chunk(path, index, store_.read_virtual);
    };
  }

  void compare_native(const std::string& name, const VariableTemplate& variable, const PreparedGranule& granule) {
    const auto values = granule.values.find(name);
    if (values == granule.values.end()) return;
    if (const auto* texts = std::get_if<std::vector<std::string>>(&values->second)) {
      compare_texts(name, *texts);
      return;
    }
    const ArrayRegion region = rows_of(variable);
    const auto stored = read_region(variable.metadata, store_reader(name), region, max_region_bytes);
    if (!stored) return add_unreadable(name, stored.error());
    compare_values(name, variable.metadata.data_type, region, *stored, std::get<Bytes>(values->second));
  }

  void compare_texts(const std::string& name, const std::vector<std::string>& expected) {
    const auto stored = read_rows(store_.session, path(name), record_.box.begin, record_.box.end);
    if (!stored) return add_unreadable(name, stored.error());
    const auto& found = std::get<std::vector<std::string>>(*stored);
    ++result_.chunks;
    const auto [left, right] = std::ranges::mismatch(found, expected);
    if (left != found.end() && right != expected.end()) add(Kind::value, name, *left, *right);
  }

  void compare_axis(const PreparedGranule& granule) {
    const std::string& name = store_.state.store.axis;
    const VariableTemplate& variable = variable_of(name);
    const auto& encoding = store_.state.encoding;
    std::vector<dataset::Number> expected;
    for (const dataset::Number& value : granule.axis_values) {
      const auto converted = encoding.time && granule.axis_units
                                 ? dataset::convert(value, *granule.axis_units, *encoding.time, encoding.dtype)
                                 : dataset::with_type(value, encoding.dtype);
      if (!converted) return add(Kind::axis_value, name, converted.error().text(), "a value that the axis can hold");
      expected.push_back(*converted);
    }
    const ArrayRegion region = rows_of(variable);
    const auto stored = read_region(variable.metadata, store_reader(name), region, max_region_bytes);
    if (!stored) return add_unreadable(name, stored.error());
    const auto elements = dataset::to_elements(expected, encoding.dtype);
    if (!elements) return add_unreadable(name, elements.error());
    compare_values(name, variable.metadata.data_type, region, *stored, *elements);
  }

  void compare_values(const std::string& name, const zarr::DataType& type, const ArrayRegion& region,
                      const Bytes& found, const Bytes& expected) {
    ++result_.chunks;
    auto difference = first_difference(type, region, found, expected);
    if (difference) add(Kind::value, name, std::move(difference->found), std::move(difference->expected));
  }

  /// One chunk of the store's grid, as far as the granule fills it.
  ArrayRegion chunk_region(const VariableTemplate& variable, std::uint64_t random) const {
    ArrayRegion region{zarr::Shape(variable.metadata.rank(), 0), variable.metadata.shape};
    for (std::size_t d = 0; d < region.shape.size(); ++d) {
      const std::uint64_t edge = variable.metadata.chunk_shape[d];
      const bool is_axis = variable.axis_dimension == d;
      const std::uint64_t begin = is_axis ? record_.box.begin : 0;
      const std::uint64_t end = is_axis ? record_.box.end : variable.metadata.shape[d];
      const std::uint64_t chunks = divide_up(end, edge) - begin / edge;
      if (chunks == 0) return {region.origin, zarr::Shape(region.shape.size(), 0)};
      const std::uint64_t chunk = begin / edge + random % chunks;
      random /= chunks;
      region.origin[d] = std::max(begin, chunk * edge);
      region.shape[d] = std::min(end, (chunk + 1) * edge) - region.origin[d];
    }
    return region;
  }

  void compare_chunk(const ChunkDraw& draw, const VirtualDataset& own, const PreparedGranule& granule,
                     ByteSource& source) {
    const VariableTemplate& variable = variable_of(draw.variable);
    // These have been compared as a whole.
    if (variable.role == Role::axis || variable.role == Role::native) return;
    // The file's own grid is what other programs read it by; only where its chunk is too large, ours.
    const VirtualArray& unsplit = own.variables.at(draw.variable);
    const bool is_small = zarr::chunk_bytes(unsplit.metadata).value_or(UINT64_MAX) <= max_source_chunk_bytes;
    const VirtualArray& array = is_small ? unsplit : granule.dataset.variables.at(draw.variable);
    if (array.metadata.data_type.size_bytes == 0) return compare_static_texts(draw.variable, array, source);
    const ArrayRegion region = chunk_region(variable, draw.random);
    ArrayRegion in_source = region;
    if (variable.axis_dimension) in_source.origin[*variable.axis_dimension] -= record_.box.begin;
    const auto expected = read_region(array.metadata, chunk_reader(source, array), in_source, max_region_bytes);
    if (!expected) return add_unreadable(draw.variable, within(record_.uri, expected.error()));
    const auto found = read_region(variable.metadata, store_reader(draw.variable), region, max_region_bytes);
    if (!found) return add_unreadable(draw.variable, found.error());
    compare_values(draw.variable, variable.metadata.data_type, region, *found, *expected);
  }

  void compare_static_texts(const std::string& name, const VirtualArray& array, ByteSource& source) {
    const auto expected = read_values(array.metadata, chunk_reader(source, array), max_region_bytes);
    const auto found = read_values(variable_of(name).metadata, store_reader(name), max_region_bytes);
    if (!expected || !found) return add_unreadable(name, expected ? found.error() : expected.error());
    ++result_.chunks;
    if (*found != *expected) add(Kind::value, name, "other texts", "those of the file");
  }

  const StoreSide& store_;
  const ProvenanceRecord& record_;
  GranuleComparison& result_;
  std::set<std::string> mismatched_;  ///< variables whose values would only say the same again
};

Result<Granule> granule_of(const PrepareContext& context, const ProvenanceRecord& record) {
  Granule granule;
  granule.uri = record.uri;
  VDP_ASSIGN(granule.key, decode_path(std::string_view(record.uri).substr(context.file.source.prefix.size())));
  granule.size = record.size;
  return granule;
}

}  // namespace

Result<GranuleComparison> compare_granule(const PrepareContext& context, const StoreSide& store,
                                          const ProvenanceRecord& record, const std::vector<ChunkDraw>& draws) {
  GranuleComparison result;
  const auto unreadable = [&](const Error& error) {
    result.findings.push_back({.kind = Kind::unreadable,
                               .slots = record.box,
                               .uri = record.uri,
                               .found = error.text(),
                               .expected = "a file that can be parsed and fits the dataset file"});
    return result;
  };
  const auto granule = granule_of(context, record);
  if (!granule) return unreadable(granule.error());
  auto shaped = shape_granule(context, *granule);
  if (!shaped) return unreadable(shaped.error());
  const VirtualDataset own = shaped->dataset;
  const auto prepared = prepare_granule(context, store.state.store, std::move(*shaped));
  if (!prepared) return unreadable(prepared.error());
  const auto source = open_source(context.source, granule->key);
  if (!source) return unreadable(source.error());
  VDP_TRY(Comparison(store, record, result).compare(own, *prepared, **source, draws));
  return result;
}

}  // namespace vdp
