#include "pipeline/enqueue.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <unordered_set>

#include "base/log.h"
#include "dataset/locations.h"
#include "queue/events/decode_message.h"
#include "queue/granule_message.h"
#include "store/url.h"

namespace vdp {
namespace {

/// Messages of one send: what is held in memory twice.
constexpr std::size_t messages_a_send = 10'000;
constexpr std::size_t max_letters = 100'000;

/// The key of a location that is a URL or an absolute path.
Result<std::string> key_below(const dataset::SourceSpec& source, std::string_view location) {
  VDP_TRY(dataset::check_location(location));
  const std::string url = has_scheme(location) ? std::string(location) : "file://" + encode_path(location);
  if (!url.starts_with(source.prefix)) {
    return invalid(fmt::format("{} does not lie under source.prefix {}", location, source.prefix));
  }
  return decode_path(std::string_view(url).substr(source.prefix.size()));
}

}  // namespace

Result<Granule> name_granule(const dataset::SourceSpec& source, std::string_view location) {
  Granule granule;
  granule.key = location;
  if (has_scheme(location) || location.starts_with('/')) {
    VDP_ASSIGN(granule.key, key_below(source, location));
  }
  const ClassifiedKey classified = classify(source, {granule.key, 0, "", 0});
  if (classified.verdict != KeyVerdict::granule) {
    return invalid(redact(fmt::format("{}: {}", location, classified.reason)));
  }
  granule.uri = source.prefix + encode_path(granule.key);
  return granule;
}

std::vector<std::string> read_inventory(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty() && !line.starts_with('#')) names.emplace_back(line);
  }
  return names;
}

Status send_granules(Queue& queue, std::span<const Granule> granules) {
  while (!granules.empty()) {
    const auto piece = granules.first(std::min(granules.size(), messages_a_send));
    std::vector<std::string> bodies;
    for (const Granule& granule : piece) bodies.push_back(encode_granule(granule));
    VDP_TRY(queue.send(bodies));
    granules = granules.subspan(piece.size());
  }
  return {};
}

Status send_again(Queue& queue, std::span<const Granule> granules) {
  std::unordered_set<std::string_view> uris;
  for (const Granule& granule : granules) uris.insert(granule.uri);
  VDP_ASSIGN(const auto letters, queue.dead_letters(max_letters));
  std::vector<std::string> superseded;
  for (const DeadLetter& letter : letters) {
    const auto decoded = decode_message(letter.body);
    const auto is_sent = [&](const FileEvent& event) { return uris.contains(event.uri); };
    if (decoded && !decoded->events.empty() && std::ranges::all_of(decoded->events, is_sent)) {
      superseded.push_back(letter.id);
    }
  }
  // The other way round, a crash in between would leave both.
  VDP_TRY(queue.discard(superseded));
  return send_granules(queue, granules);
}

Result<Discovered> discover_granules(const dataset::SourceSpec& source, ObjectStore& objects, Clock& clock) {
  return discover_some(source, objects, clock, std::numeric_limits<std::size_t>::max());
}

Result<Discovered> discover_some(const dataset::SourceSpec& source, ObjectStore& objects, Clock& clock,
                                 std::size_t enough) {
  const auto min_age_us = std::chrono::duration_cast<std::chrono::microseconds>(source.min_age).count();
  const TimestampUs newest_us = clock.now_us() - min_age_us;
  VDP_ASSIGN_IN(source.prefix, auto discovery,
                list_granules(objects, source, {.granules = enough, .modified_by_us = newest_us}));
  Discovered found;
  found.listed = discovery.listed;
  found.total = discovery.granules.size();
  found.not_matching = discovery.not_matching;
  for (const auto& keys : {discovery.inconsistent, discovery.duplicates}) {
    for (const UnusedKey& key : keys) found.findings.push_back(fmt::format("{}: {}", key.key, key.reason));
  }
  for (FoundGranule& each : discovery.granules) {
    if (each.granule.last_modified_us > newest_us) {
      ++found.too_young;
    } else {
      found.granules.push_back(std::move(each.granule));
    }
  }
  if (discovery.granules.empty()) {
    const auto& examples = discovery.not_matching_examples;
    found.findings.push_back(
        fmt::format("no file under {} matches the pattern \"{}\"{}", source.prefix, source.pattern.text(),
                    examples.empty() ? std::string() : fmt::format(" (there is, for example, {})", examples.front())));
  }
  return found;
}

}  // namespace vdp
