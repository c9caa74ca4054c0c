#include "pipeline/verify/arrays.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "pipeline/native_rows.h"

namespace vdp {
namespace {

using dataset::Number;
using Kind = VerifyFinding::Kind;

/// Whether the array lies directly in the dataset's group, or is the list of records.
bool belongs_to_dataset(const std::string& path, const std::string& group) {
  if (path == provenance_array(group)) return true;
  const std::string below = group == "/" ? "/" : group + "/";
  return path.starts_with(below) && path.find('/', below.size()) == std::string::npos;
}

void check_length(VerifyContext& context, const std::string& path) {
  const auto metadata = context.session.array_metadata(path);
  // Arrays of other makers may be of kinds that we do not read.
  if (!metadata) return;
  const auto dimension = metadata->dimension(context.state.store.axis);
  if (!dimension || metadata->shape[*dimension] == context.state.slots) return;
  context.findings.push_back({.kind = Kind::length,
                              .variable = path,
                              .found = fmt::format("{} slots", metadata->shape[*dimension]),
                              .expected = fmt::format("{}, the length of the axis", context.state.slots)});
}

/// Walks the coordinate's values chunk by chunk.
class AxisChecker {
 public:
  explicit AxisChecker(VerifyContext& context)
      : context_(context), axis_(context.state.store.axis), path_(context.path(axis_)) {}

  Status check() {
    VDP_ASSIGN(const auto metadata, context_.session.array_metadata(path_));
    if (metadata.data_type.size_bytes != sizeof(std::int64_t) || !metadata.data_type.is_numeric()) {
      context_.findings.push_back({.kind = Kind::axis_value,
                                   .variable = axis_,
                                   .found = zarr::describe(metadata.data_type),
                                   .expected = std::string(to_string(context_.state.encoding.dtype))});
      return {};
    }
    std::vector<std::uint64_t> chunks;
    VDP_TRY(context_.session.for_each_ref(path_, icechunk::ChunkBox::whole(metadata.grid_shape()),
                                          [&](const auto& ref) { chunks.push_back(ref.index[0]); }));
    const std::uint64_t edge = metadata.chunk_shape[0];
    std::uint64_t next = 0;
    for (const std::uint64_t chunk : chunks) {
      check_absent({next, chunk * edge});
      next = std::min((chunk + 1) * edge, context_.state.slots);
      VDP_TRY(check_chunk({chunk * edge, next}));
    }
    check_absent({next, context_.state.slots});
    return {};
  }

 private:
  void check_absent(SlotBox box) {
    if (box.begin >= box.end) return;
    context_.findings.push_back({.kind = Kind::axis_value,
                                 .slots = box,
                                 .variable = axis_,
                                 .found = "no chunk: they read as fill",
                                 .expected = "values",
                                 .count = box.size()});
  }

  Status check_chunk(SlotBox box) {
    VDP_ASSIGN(const auto rows, read_rows(context_.session, path_, box.begin, box.end));
    VDP_ASSIGN_IN(path_, const auto values,
                  dataset::from_elements(std::get<Bytes>(rows), context_.state.encoding.dtype));
    std::vector<Number> computed;
    if (context_.state.regular) {
      VDP_ASSIGN(computed, context_.state.regular->values(box.begin, box.end));
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!computed.empty()) {
        if (values[i] != computed[i]) add(box.begin + i, values[i], shown(computed[i]));
      } else if (previous_ && !(*previous_ < values[i])) {
        add(box.begin + i, values[i], "more than " + shown(*previous_));
      }
      previous_ = values[i];
    }
    return {};
  }

  /// Wrong slots that follow one another are one finding.
  void add(std::uint64_t slot, const Number& found, const std::string& expected) {
    if (run_ && context_.findings[*run_].slots.end == slot) {
      ++context_.findings[*run_].slots.end;
      ++context_.findings[*run_].count;
      return;
    }
    run_ = context_.findings.size();
    context_.findings.push_back({.kind = Kind::axis_value,
                                 .slots = {slot, slot + 1},
                                 .variable = axis_,
                                 .found = shown(found),
                                 .expected = expected});
  }

  std::string shown(const Number& value) const {
    const auto& time = context_.state.encoding.time;
    return time ? dataset::describe(value, *time) : dataset::to_string(value);
  }

  VerifyContext& context_;
  const std::string& axis_;
  std::string path_;
  std::optional<Number> previous_;
  std::optional<std::size_t> run_;  ///< position of the finding that the next slot may belong to
};

}  // namespace

Status verify_arrays(VerifyContext& context) {
  for (const auto& node : context.session.nodes()) {
    if (node.kind != icechunk::NodeKind::array || !belongs_to_dataset(node.path, context.group())) continue;
    check_length(context, node.path);
  }
  return AxisChecker(context).check();
}

}  // namespace vdp
