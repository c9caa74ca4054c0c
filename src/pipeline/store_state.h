// What a writer knows of a store: its template, its axis, and which granule fills which slot.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "dataset/axis.h"
#include "dataset/dataset_file.h"
#include "dataset/template.h"
#include "icechunk/repo/session.h"
#include "pipeline/late_ledger.h"
#include "pipeline/provenance.h"

namespace vdp {

struct StoreState {
  dataset::Template store;
  dataset::AxisEncoding encoding;
  std::optional<dataset::RegularAxis> regular;  ///< one of these two
  std::optional<dataset::GrowAxis> grow;
  std::uint64_t slots = 0;  ///< length of the axis
  Provenance provenance;
  LateLedger ledger;     ///< of a growing axis
  std::string seed_uri;  ///< the granule that static references point into
  std::string pattern;   ///< of the keys that the store was made for; empty where that was not noted
};

/// "/group/name".
std::string variable_path(const std::string& group, const std::string& variable);

/// How much of the records is read at once. As needed: where the store has always been written by one pattern that
/// tells the slot of each key, so that a granule can stand nowhere else; all of them elsewhere. By slot: none at first,
/// whatever the keys tell, for who asks for slots alone.
enum class RecordsRead { all, as_needed, by_slot };

/// `invalid` where the store was made by something else, or for another axis.
Result<StoreState> load_store_state(const dataset::DatasetFile& file, const dataset::AxisSpec& axis,
                                    const icechunk::Session& session, RecordsRead records = RecordsRead::all);

/// The same without the values of a growing axis and without the records: what there is to say of a store in which
/// these may be damaged.
Result<StoreState> load_store_contract(const dataset::DatasetFile& file, const dataset::AxisSpec& axis,
                                       const icechunk::Session& session);

/// Writes the group's attributes, and which of them are the granules', as `store` has them; nothing where it is so
/// already.
Status write_group_attributes(const std::string& group, const dataset::Template& store, icechunk::Session& session);

/// Writes a new store's groups, arrays, static values and, on a regular axis with an end, all coordinate values.
/// `seed` has values and proofs of all static variables of `store`.
struct PreparedGranule;
Status write_template(const dataset::DatasetFile& file, const dataset::AxisSpec& axis,
                      const dataset::AxisEncoding& encoding, const dataset::Template& store,
                      const PreparedGranule& seed, icechunk::Session& session);

}  // namespace vdp
