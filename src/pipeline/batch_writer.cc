#include "pipeline/batch_writer.h"

#include <algorithm>
#include <map>

#include "base/checked.h"
#include "pipeline/native_rows.h"

namespace vdp {
namespace {

using dataset::Role;

/// Of a variable that a granule lacks: those that are kept natively are small.
constexpr std::uint64_t max_fill_bytes = std::uint64_t{1} << 28;

class BatchWriter {
 public:
  BatchWriter(const dataset::DatasetFile& file, const dataset::AxisSpec& axis, const StoreState& state,
              icechunk::Session& session)
      : group_(file.identity.group), axis_(axis), state_(state), session_(session) {}

  Status write(const std::vector<PlannedGranule>& batch) {
    VDP_ASSIGN(const auto before, session_.array_metadata(path(axis_.name)));
    const std::uint64_t old_slots = before.shape.at(0);
    if (state_.slots > old_slots) VDP_TRY(grow());
    const std::vector<RowRun> runs = kept_runs(batch, old_slots);
    const bool moves = std::ranges::any_of(batch, &PlannedGranule::inserted);
    if (moves) VDP_TRY(make_room(runs));
    VDP_TRY(write_group_attributes(group_, state_.store, session_));
    VDP_TRY(collect_axis_values(moves ? first_moved(runs) : old_slots));
    for (const PlannedGranule& planned : batch) {
      VDP_TRY(write_granule_refs(planned));
      VDP_TRY(add_rows({planned.box, encode_record(planned.record), planned.granule->values}));
    }
    return write_collected_rows();
  }

  Status write_granule_refs(const PlannedGranule& planned) {
    for (const auto& [name, variable] : state_.store.variables) {
      if (variable.role == Role::refs) VDP_TRY(write_refs(name, variable, planned));
      if (variable.role == Role::static_refs) VDP_TRY(write_static_refs(name, variable, planned));
    }
    return {};
  }

  Status add_rows(const GranuleRows& granule) {
    for (const auto& [name, variable] : state_.store.variables) {
      if (variable.role == Role::native) VDP_TRY(collect_rows(name, variable, granule));
    }
    const std::vector<std::string> texts(granule.box.size(), granule.record);
    records_.push_back({granule.box.begin, granule.box.size(), texts});
    return {};
  }

  Status write_collected_rows() {
    for (const auto& [name, pieces] : rows_) {
      VDP_TRY(write_rows(session_, path(name), *state_.store.variables.at(name).axis_dimension, pieces));
    }
    return write_rows(session_, provenance_array(group_), 0, records_);
  }

 private:
  std::string path(const std::string& variable) const { return variable_path(group_, variable); }

  /// All arrays along the axis grow together: a store with arrays of two lengths cannot be opened (hazard C7).
  Status grow() {
    for (const auto& [name, variable] : state_.store.variables) {
      if (!variable.axis_dimension) continue;
      zarr::ArrayMetadata metadata = variable.metadata;
      metadata.shape[*variable.axis_dimension] = state_.slots;
      VDP_TRY(session_.set_array(path(name), metadata));
    }
    return session_.set_array(provenance_array(group_), provenance_metadata(axis_.name, state_.slots));
  }

  /// The slots that were there before, as runs between those that are inserted.
  static std::vector<RowRun> kept_runs(const std::vector<PlannedGranule>& batch, std::uint64_t old_slots) {
    std::vector<RowRun> runs;
    RowRun run;
    for (const PlannedGranule& planned : batch) {
      if (!planned.inserted) continue;
      run.count = planned.box.begin - run.to;
      if (run.count != 0) runs.push_back(run);
      run = {run.from + run.count, 0, planned.box.end};
    }
    run.count = old_slots - run.from;
    if (run.count != 0) runs.push_back(run);
    return runs;
  }

  /// The first slot that does not hold what it held before.
  static std::uint64_t first_moved(const std::vector<RowRun>& runs) {
    return runs.front().from == runs.front().to ? runs.front().count : 0;
  }

  /// What is referred to moves as references; what is kept in chunks of its own is written anew.
  Status make_room(const std::vector<RowRun>& runs) {
    for (const auto& [name, variable] : state_.store.variables) {
      if (variable.role == Role::native) VDP_TRY(move_rows(session_, path(name), *variable.axis_dimension, runs));
      if (variable.role != Role::refs) continue;
      const std::uint64_t edge = variable.metadata.chunk_shape[*variable.axis_dimension];
      std::vector<icechunk::ChunkRun> chunks;
      for (const RowRun& run : runs) chunks.push_back({run.from / edge, divide_up(run.count, edge), run.to / edge});
      VDP_TRY(session_.reindex_chunks(path(name), *variable.axis_dimension, chunks));
    }
    return move_rows(session_, provenance_array(group_), 0, runs);
  }

  /// Coordinate values from the first slot on that is new or has moved.
  Status collect_axis_values(std::uint64_t first) {
    if (state_.slots == first) return {};
    std::vector<dataset::Number> values;
    if (state_.regular) {
      VDP_ASSIGN(values, state_.regular->values(first, state_.slots));
    } else {
      const auto& all = state_.grow->values();
      values.assign(all.begin() + static_cast<std::ptrdiff_t>(first), all.end());
    }
    VDP_ASSIGN(NativeValues elements, dataset::to_elements(values, state_.encoding.dtype));
    rows_[axis_.name].push_back({first, state_.slots - first, std::move(elements)});
    return {};
  }

  /// Values of the granule, or fill where it has none: an older version of it may have had some.
  Status collect_rows(const std::string& name, const dataset::VariableTemplate& variable, const GranuleRows& granule) {
    const SlotBox box = granule.box;
    const auto found = granule.values.find(name);
    if (found != granule.values.end()) {
      rows_[name].push_back({box.begin, box.size(), found->second});
      return {};
    }
    zarr::ArrayMetadata rows = variable.metadata;
    rows.shape[*variable.axis_dimension] = box.size();
    const auto nothing = [](const zarr::Shape&) -> Result<std::optional<Bytes>> { return std::nullopt; };
    VDP_ASSIGN_IN(path(name), auto fill, read_values(rows, nothing, max_fill_bytes));
    rows_[name].push_back({box.begin, box.size(), std::move(fill)});
    return {};
  }

  /// They point into the seed: a new version of it has them at new places.
  Status write_static_refs(const std::string& name, const dataset::VariableTemplate& variable,
                           const PlannedGranule& planned) {
    const auto found = planned.granule->dataset.variables.find(name);
    if (planned.record.uri != state_.seed_uri || found == planned.granule->dataset.variables.end()) return {};
    return session_.set_refs(path(name), found->second.manifest, zarr::Shape(variable.metadata.rank(), 0));
  }

  Status write_refs(const std::string& name, const dataset::VariableTemplate& variable, const PlannedGranule& planned) {
    const std::size_t dimension = *variable.axis_dimension;
    const std::uint64_t edge = variable.metadata.chunk_shape[dimension];
    if (planned.cleared.size() != 0) {
      auto box = icechunk::ChunkBox::whole(variable.metadata.grid_shape());
      box.begin[dimension] = planned.cleared.begin / edge;
      box.end[dimension] = divide_up(planned.cleared.end, edge);
      VDP_TRY(session_.clear_box(path(name), box));
    }
    const auto found = planned.granule->dataset.variables.find(name);
    if (found == planned.granule->dataset.variables.end()) return {};  // absent: the box is fill
    zarr::Shape origin(variable.metadata.rank(), 0);
    origin[dimension] = planned.box.begin / edge;
    return session_.set_refs(path(name), found->second.manifest, origin);
  }

  const std::string& group_;
  const dataset::AxisSpec& axis_;
  const StoreState& state_;
  icechunk::Session& session_;
  std::map<std::string, std::vector<RowPiece>> rows_;
  std::vector<RowPiece> records_;
};

}  // namespace

Status write_batch(const dataset::DatasetFile& file, const dataset::AxisSpec& axis, const StoreState& state,
                   const std::vector<PlannedGranule>& batch, icechunk::Session& session) {
  return BatchWriter(file, axis, state, session).write(batch);
}

Status write_granule_refs(const dataset::DatasetFile& file, const dataset::AxisSpec& axis, const StoreState& state,
                          const PlannedGranule& planned, icechunk::Session& session) {
  return BatchWriter(file, axis, state, session).write_granule_refs(planned);
}

Status write_granule_rows(const dataset::DatasetFile& file, const dataset::AxisSpec& axis, const StoreState& state,
                          std::span<const GranuleRows> granules, icechunk::Session& session) {
  BatchWriter writer(file, axis, state, session);
  for (const GranuleRows& granule : granules) VDP_TRY(writer.add_rows(granule));
  return writer.write_collected_rows();
}

}  // namespace vdp
