#include "pipeline/verify/refs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/checked.h"
#include "pipeline/verify/ref_version.h"
#include "pipeline/virtual_location.h"

namespace vdp {
namespace {

using Kind = VerifyFinding::Kind;
using dataset::Role;

/// How many references are looked at in one go: the memory that verify takes does not follow the store's size.
constexpr std::uint64_t refs_per_slice = 65'536;
/// Bounds the time for arrays that are declared long and hold little.
constexpr std::uint64_t max_slices = 1'000'000;

/// The records that claim the slots of one chunk: positions in the list of records.
struct Claim {
  std::size_t begin = 0;
  std::size_t end = 0;
  /// The chunk's first slot has no record, or on a growing axis, which has no holes, some slot.
  bool incomplete = false;
};

/// Checks the references of one variable.
class VariableChecker {
 public:
  VariableChecker(VerifyContext& context, const ContainerPrefixes& containers, const std::string& variable)
      : context_(context), records_(context.records), containers_(containers), variable_(variable) {}

  /// Records that have no reference, or other chunks, are added to `doubtful`.
  Status check_along_axis(std::size_t dimension, std::set<std::size_t>& doubtful) {
    VDP_ASSIGN(const auto metadata, context_.session.array_metadata(context_.path(variable_)));
    dimension_ = dimension;
    edge_ = metadata.chunk_shape[dimension];
    slots_ = metadata.shape[dimension];
    refs_of_record_.assign(records_.size(), 0);
    doubtful_ = &doubtful;
    const zarr::Shape grid = metadata.grid_shape();
    auto per_step = grid;
    per_step[dimension] = 1;
    const std::uint64_t refs_per_step = std::max<std::uint64_t>(1, checked_product(per_step).value_or(UINT64_MAX));
    const std::uint64_t length = grid[dimension];
    const std::uint64_t slice =
        std::max({std::uint64_t{1}, refs_per_slice / refs_per_step, divide_up(length, max_slices)});
    auto box = icechunk::ChunkBox::whole(grid);
    for (std::uint64_t begin = 0; begin < length; begin += slice) {
      box.begin[dimension] = begin;
      box.end[dimension] = std::min(length, begin + slice);
      VDP_TRY(check_slice(box));
    }
    finish();
    return {};
  }

  /// A variable without the axis points into one granule.
  Status check_static(const std::string& uri) {
    const auto record = std::ranges::find(records_, uri, &ProvenanceRecord::uri);
    const auto version = record == records_.end() ? std::nullopt : ref_version_of(*record);
    VDP_ASSIGN(const auto metadata, context_.session.array_metadata(context_.path(variable_)));
    VDP_TRY(context_.session.for_each_ref(
        context_.path(variable_), icechunk::ChunkBox::whole(metadata.grid_shape()),
        [&](const icechunk::ChunkRefView& ref) {
          ++refs_;
          if (ref.kind != icechunk::ChunkRefKind::virtual_) return;
          if (!points_into(ref, uri)) add(Kind::foreign_ref, 0, {}, uri, shown(ref), "references into this granule");
          if (version && version_of(ref) != *version) {
            add(Kind::ref_version, 0, {}, uri, describe(version_of(ref)), describe(*version));
          }
          check_container(ref);
        }));
    finish();
    return {};
  }

  std::uint64_t refs() const { return refs_; }

 private:
  Status check_slice(const icechunk::ChunkBox& box) {
    const std::uint64_t first = box.begin[dimension_];
    claims_.clear();
    for (std::uint64_t chunk = first; chunk < box.end[dimension_]; ++chunk) claims_.push_back(claim(chunk));
    return context_.session.for_each_ref(context_.path(variable_), box, [&](const icechunk::ChunkRefView& ref) {
      check_ref(ref, claims_[ref.index[dimension_] - first]);
    });
  }

  /// Chunks are asked for in rising order.
  Claim claim(std::uint64_t chunk) {
    const SlotBox slots = slots_of(chunk);
    while (cursor_ < records_.size() && records_[cursor_].box.end <= slots.begin) ++cursor_;
    Claim claim{cursor_, cursor_, false};
    std::uint64_t claimed = slots.begin;
    while (claim.end < records_.size() && records_[claim.end].box.begin < slots.end) {
      if (records_[claim.end].box.begin <= claimed) claimed = records_[claim.end].box.end;
      ++claim.end;
    }
    claim.incomplete = claimed == slots.begin || (!context_.state.regular && claimed < slots.end);
    return claim;
  }

  SlotBox slots_of(std::uint64_t chunk) const { return {chunk * edge_, std::min((chunk + 1) * edge_, slots_)}; }

  void check_ref(const icechunk::ChunkRefView& ref, const Claim& claim) {
    ++refs_;
    const bool is_virtual = ref.kind == icechunk::ChunkRefKind::virtual_;
    const SlotBox slots = slots_of(ref.index[dimension_]);
    if (claim.incomplete) add_unclaimed(slots, is_virtual ? shown(ref) : "a chunk");
    if (is_virtual) check_container(ref);
    for (std::size_t i = claim.begin; i < claim.end; ++i) {
      ++refs_of_record_[i];
      if (lacks(records_[i], variable_)) {
        add(Kind::foreign_ref, i, records_[i].box, records_[i].uri, is_virtual ? shown(ref) : "a chunk",
            "none, for the record says that the granule lacks the variable");
      } else if (!is_virtual) {
        doubtful_->insert(i);
      } else if (!points_into(ref, records_[i].uri)) {
        add(Kind::foreign_ref, i, records_[i].box, records_[i].uri, shown(ref), "references into this granule");
      } else {
        check_version(ref, i);
      }
    }
  }

  void check_version(const icechunk::ChunkRefView& ref, std::size_t record) {
    if (version_record_ != record) {
      version_ = ref_version_of(records_[record]);
      version_record_ = record;
    }
    if (!version_ || (version_->etag == ref.etag && version_->last_modified_s == ref.last_modified_s)) return;
    add(Kind::ref_version, record, records_[record].box, records_[record].uri, describe(version_of(ref)),
        describe(*version_));
  }

  bool points_into(const icechunk::ChunkRefView& ref, const std::string& uri) {
    if (ref.url == uri) return true;
    const auto found = resolve_location(context_.config, std::string(ref.url));
    if (!found) return false;
    const auto decoded = decode_location(*found);
    const auto expected = decode_location(uri);
    return decoded && expected && *decoded == *expected;
  }

  /// Neighbours mostly have one url, so that it is judged once.
  void check_container(const icechunk::ChunkRefView& ref) {
    if (ref.url != container_url_ || container_url_.empty()) {
      container_url_ = ref.url;
      const auto url = resolve_location(context_.config, container_url_);
      in_container_ = url && containers_.hold(*url);
    }
    if (in_container_) return;
    // All of one variable are one finding: what is wrong is the configuration.
    add(Kind::outside_container, 0, {}, container_url_, "no virtual chunk container that allows it",
        fmt::format("one of [{}] to hold it", fmt::join(containers_.prefixes(), ", ")));
  }

  static std::string shown(const icechunk::ChunkRefView& ref) {
    return fmt::format("chunk {} at {} [{}, +{}]", fmt::join(ref.index, "/"), ref.url, ref.offset, ref.length);
  }

  /// References of one kind and one record are one finding.
  void add(Kind kind, std::size_t record, SlotBox slots, const std::string& uri, std::string found,
           std::string expected) {
    const auto [known, is_new] = found_.try_emplace({kind, record}, context_.findings.size());
    if (!is_new) {
      ++context_.findings[known->second].count;
      return;
    }
    context_.findings.push_back({.kind = kind,
                                 .slots = slots,
                                 .uri = uri,
                                 .variable = variable_,
                                 .found = std::move(found),
                                 .expected = std::move(expected)});
  }

  /// Neighbouring slots are one finding.
  void add_unclaimed(SlotBox slots, std::string found) {
    VerifyFinding* last = unclaimed_ ? &context_.findings[*unclaimed_] : nullptr;
    if (last != nullptr && slots.begin <= last->slots.end) {
      last->slots.end = std::max(last->slots.end, slots.end);
      ++last->count;
      return;
    }
    unclaimed_ = context_.findings.size();
    context_.findings.push_back({.kind = Kind::no_record,
                                 .slots = slots,
                                 .variable = variable_,
                                 .found = std::move(found),
                                 .expected = "a record that claims the slots, or no chunk"});
  }

  void finish() {
    for (std::size_t i = 0; doubtful_ != nullptr && i < records_.size(); ++i) {
      if (refs_of_record_[i] == 0 && !lacks(records_[i], variable_)) doubtful_->insert(i);
    }
  }

  VerifyContext& context_;
  const std::vector<ProvenanceRecord>& records_;
  const ContainerPrefixes& containers_;
  const std::string& variable_;

  std::size_t dimension_ = 0;
  std::uint64_t edge_ = 1;
  std::uint64_t slots_ = 0;
  std::size_t cursor_ = 0;     ///< the first record that may claim the next chunk
  std::vector<Claim> claims_;  ///< of the slice's chunks along the axis
  std::vector<std::uint64_t> refs_of_record_;
  std::set<std::size_t>* doubtful_ = nullptr;
  std::uint64_t refs_ = 0;

  std::map<std::pair<Kind, std::size_t>, std::size_t> found_;  ///< kind and record -> position of the finding
  std::optional<std::size_t> unclaimed_;                       ///< position of the last such finding
  std::optional<std::size_t> version_record_;                  ///< what version_ is of
  std::optional<RefVersion> version_;
  std::string container_url_;  ///< what in_container_ is of
  bool in_container_ = false;
};

}  // namespace

Result<RefsReport> verify_refs(VerifyContext& context) {
  RefsReport report;
  std::set<std::size_t> doubtful;
  const ContainerPrefixes containers(context.config);
  for (const auto& [name, variable] : context.state.store.variables) {
    VariableChecker checker(context, containers, name);
    if (variable.role == Role::refs) VDP_TRY(checker.check_along_axis(*variable.axis_dimension, doubtful));
    if (variable.role == Role::static_refs) VDP_TRY(checker.check_static(context.state.seed_uri));
    report.refs += checker.refs();
  }
  report.doubtful.assign(doubtful.begin(), doubtful.end());
  return report;
}

}  // namespace vdp
