// Inventory: the granules of an archive as somebody names them, instead of a listing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "dataset/dataset_file.h"
#include "discover/list.h"

namespace vdp {

/// One file as an inventory names it. What is not known is empty.
struct InventoryRow {
  std::string location;  ///< a URL, an absolute path, or a key
  std::uint64_t size = 0;
  std::string etag;
  TimestampUs last_modified_us = 0;
};

struct Inventory {
  std::vector<FoundGranule> granules;  ///< each once; in order of identity, then of key
  std::uint64_t named = 0;             ///< rows
  std::uint64_t elsewhere = 0;         ///< rows of the bucket that do not lie under the source prefix
  std::uint64_t not_matching = 0;      ///< keys under the prefix of another form
  std::uint64_t excluded = 0;
  std::vector<std::string> findings;  ///< strangers, duplicates, keys that contradict themselves: all of them
};

/// What rows an inventory may have beside those of the dataset: a list that was made for it none, so that strangers are
/// findings; that of a whole bucket any.
enum class InventoryScope { dataset, bucket };

/// Takes rows one after the other; what is wrong with them is told at the end, all of it.
class InventoryCollector {
 public:
  InventoryCollector(const dataset::SourceSpec& source, InventoryScope scope) : source_(source), scope_(scope) {}
  void add(const InventoryRow& row);
  Inventory finish();

 private:
  /// Nothing where the location does not lie under the source prefix.
  std::optional<std::string> key_of(const std::string& location) const;
  void find(std::string text) { inventory_.findings.push_back(std::move(text)); }

  const dataset::SourceSpec& source_;
  InventoryScope scope_;
  Inventory inventory_;
};

/// Reads what lies at `location` (a URL, or a path):
///   - a JSON array, of locations or of objects {"uri" or "key", "size", "etag", "modified"},
///   - the manifest.json of an S3 Inventory in CSV, and the files that it names,
///   - CSV with a header line that has a column `uri` or `key`, and perhaps `size`, `etag`, `modified`,
///   - else text, a location a line; lines that begin with '#' are passed over.
/// A location is a URL or an absolute path under the source prefix, a key under it, or a key of its bucket.
/// `unsupported` for an S3 Inventory in ORC or Parquet. `limit` beyond `max_bytes` of text.
Result<Inventory> load_inventory(const dataset::SourceSpec& source, const std::string& location,
                                 std::uint64_t max_bytes = std::uint64_t{4} << 30);

/// Every key that the pattern has on a regular axis with an end. `invalid` where the pattern has fields that no slot
/// tells, or the axis no end. Whether there are such objects is not looked at.
Result<Inventory> enumerate_granules(const dataset::DatasetFile& file);

}  // namespace vdp
