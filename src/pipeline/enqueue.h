// Enqueueing: granules become messages.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dataset/dataset_file.h"
#include "dataset/granule.h"
#include "discover/list.h"
#include "queue/queue.h"
#include "vdp/processor.h"

namespace vdp {

/// The granule that a user names: by its URL, by the path of a local file, or by its key under the source prefix.
/// `invalid` where it does not lie under the prefix, or its key does not have the form of the pattern. Whether there is
/// such an object is not looked at.
Result<Granule> name_granule(const dataset::SourceSpec& source, std::string_view location);

/// The names of an inventory, one a line; empty lines and lines that begin with '#' are passed over.
std::vector<std::string> read_inventory(std::string_view text);

/// One message each, in order.
Status send_granules(Queue& queue, std::span<const Granule> granules);

/// Sends what is about to be tried anew, and forgets the dead letters of earlier tries.
Status send_again(Queue& queue, std::span<const Granule> granules);

/// What a listing found that is worth looking at now.
struct Discovered {
  std::vector<Granule> granules;      ///< old enough (`source.min_age`)
  std::uint64_t listed = 0;           ///< keys that the listing named
  std::uint64_t total = 0;            ///< granules that match the pattern
  std::uint64_t not_matching = 0;     ///< keys under the prefix that the pattern does not match
  std::uint64_t too_young = 0;        ///< left for later
  std::vector<std::string> findings;  ///< keys that contradict themselves, duplicates, nothing found at all
};
Result<Discovered> discover_granules(const dataset::SourceSpec& source, ObjectStore& objects, Clock& clock);
/// The same, of the beginning of the listing: it ends with the page that completes `enough` granules which are old
/// enough, as a store can be made from any of millions.
Result<Discovered> discover_some(const dataset::SourceSpec& source, ObjectStore& objects, Clock& clock,
                                 std::size_t enough);

}  // namespace vdp
