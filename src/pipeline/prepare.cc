#include "pipeline/prepare.h"

#include <fmt/format.h>

#include "dataset/draft.h"
#include "dataset/shape.h"
#include "formats/parse.h"
#include "pipeline/axis_values.h"
#include "pipeline/granule_values.h"

namespace vdp {
namespace {

using dataset::Template;

/// The official reader compares local references by modification time in whole seconds, rounded up: within this time a
/// second change would not be seen.
constexpr std::int64_t settle_us = 2'000'000;
constexpr int max_settle_waits = 5;

bool is_local(const Granule& granule) { return granule.uri.starts_with("file:"); }

/// A local file must have settled before it is read.
Status wait_until_settled(const PrepareContext& context, const Granule& granule) {
  for (int attempt = 0; attempt < max_settle_waits; ++attempt) {
    VDP_ASSIGN(const auto info, context.source->head(granule.key));
    const std::int64_t age_us = context.clock.now_us() - info.last_modified_us;
    if (age_us >= settle_us || age_us < 0) return {};
    context.clock.sleep_us(settle_us - age_us);
  }
  return fail(ErrorKind::transient, "the file keeps changing");
}

/// Reads of a remote object are conditional on its version; of a local one the file may have been changed in place.
Status check_unchanged(const PrepareContext& context, const Granule& granule) {
  if (!is_local(granule)) return {};
  VDP_ASSIGN(const ObjectInfo after, context.source->head(granule.key));
  if (after.etag != granule.etag) return conflict("the file was replaced while it was read");
  return {};
}

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

Result<ShapedGranule> shape_granule(const PrepareContext& context, const Granule& granule) {
  if (is_local(granule)) VDP_TRY(wait_until_settled(context, granule));
  ShapedGranule shaped{granule, nullptr, {}};
  VDP_ASSIGN(shaped.bytes, open_source(context.source, granule.key));
  const ObjectInfo& info = shaped.bytes->info();
  shaped.granule.size = info.size;
  shaped.granule.etag = info.etag;
  shaped.granule.last_modified_us = info.last_modified_us;
  VDP_ASSIGN(const VirtualTree tree, parse_source(*shaped.bytes, context.file.parse.format));
  VDP_ASSIGN(shaped.dataset, dataset::shape(context.file, tree));
  return shaped;
}

Result<PreparedGranule> prepare_granule(const PrepareContext& context, const Template& store, ShapedGranule shaped) {
  PreparedGranule granule;
  granule.granule = std::move(shaped.granule);
  granule.dataset = std::move(shaped.dataset);
  for (const SkippedObject& skipped : granule.dataset.skipped) {
    granule.notes.push_back(fmt::format("{} was skipped: {}", skipped.path, skipped.reason));
  }
  granule.notes.insert(granule.notes.end(), granule.dataset.notes.begin(), granule.dataset.notes.end());

  VDP_TRY(keep_finding(count_steps(context.axis, granule), granule));
  VDP_ASSIGN(const auto coordinate, read_granule_values(store, *shaped.bytes, granule));
  if (granule.steps != 0) VDP_TRY(keep_finding(place(context, coordinate, granule), granule));
  VDP_TRY(keep_finding(convert_to_store_units(store, granule), granule));
  VDP_TRY(keep_finding(dataset::fit_to_grid(store, granule.dataset), granule));

  VDP_TRY(check_unchanged(context, granule.granule));
  return granule;
}

}  // namespace vdp
