// Preparing a granule: everything about it that does not depend on what is in the store. Many at a time, in parallel.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dataset/dataset_file.h"
#include "dataset/granule.h"
#include "dataset/template.h"
#include "dataset/time_units.h"
#include "formats/byte_source.h"
#include "manifest/virtual_dataset.h"
#include "pipeline/native_rows.h"

namespace vdp {

/// A granule as parsed and shaped, with the values that are needed to place it.
struct PreparedGranule {
  Granule granule;  ///< the version that was parsed
  VirtualDataset dataset;
  std::uint64_t steps = 0;  ///< along the axis

  /// One per step, as the file or the key has them; in `axis_units` where the axis is a time.
  std::vector<dataset::Number> axis_values;
  std::optional<dataset::TimeUnits> axis_units;
  /// Of the file's own axis coordinate, wherever the axis values come from: what its bounds are in.
  std::optional<dataset::TimeUnits> coordinate_units;

  std::map<std::string, NativeValues> values;          ///< of variables that are stored natively
  std::map<std::string, dataset::StaticProof> proofs;  ///< of static variables
  std::vector<std::string> notes;
  /// What is wrong with it whatever the store holds: it is to be rejected, together with what the guards find.
  std::vector<std::string> findings;
};

/// What every granule of a dataset is prepared with.
struct PrepareContext {
  const dataset::DatasetFile& file;
  const dataset::AxisSpec& axis;
  ObjectStorePtr source;  ///< rooted at the source prefix
  Clock& clock;
};

/// Parses the granule and shapes it as the dataset file says: group, drop, select, rename, promote. A local file that
/// changed less than 2 s ago is waited for, because its time could not tell a further change.
struct ShapedGranule {
  Granule granule;
  std::unique_ptr<ByteSource> bytes;
  VirtualDataset dataset;
};
Result<ShapedGranule> shape_granule(const PrepareContext& context, const Granule& granule);

/// Fits the granule to the template's grids, and decodes what the template keeps natively. What does not go is a
/// finding, so that all of them are told at once; an error means that the source could not be read (`conflict`: it was
/// replaced while it was read).
Result<PreparedGranule> prepare_granule(const PrepareContext& context, const dataset::Template& store,
                                        ShapedGranule shaped);

}  // namespace vdp
