#include "pipeline/granule_preparer.h"

#include <utility>

#include "base/task_pool.h"
#include "pipeline/provenance.h"

namespace vdp {
namespace {

std::string cache_key(const Granule& granule) { return granule.uri + "\n" + version_of(granule); }

std::uint64_t count_refs(const PreparedGranule& granule) {
  std::uint64_t refs = 0;
  for (const auto& [name, array] : granule.dataset.variables) refs += array.manifest.size();
  return refs;
}

Preparation prepare_one(const PrepareContext& context, const dataset::Template& store, const Granule& granule) {
  auto shaped = shape_granule(context, granule);
  auto prepared = shaped ? prepare_granule(context, store, std::move(*shaped))
                         : Result<PreparedGranule>(std::unexpected(std::move(shaped).error()));
  if (!prepared) return {nullptr, std::move(prepared).error()};
  return {std::make_shared<const PreparedGranule>(std::move(*prepared)), {}};
}

}  // namespace

std::vector<Preparation> GranulePreparer::prepare(const PrepareContext& context, const dataset::Template& store,
                                                  std::span<const Granule> granules, const Deadline& read_until) {
  std::vector<Preparation> preparations(granules.size());
  parallel_for(granules.size(), threads_, [&](std::size_t i) {
    if (const auto cached = cache_.find(cache_key(granules[i])); cached != cache_.end()) {
      preparations[i] = cached->second;
    } else if (read_until.has_passed()) {
      preparations[i].was_read = false;
    } else {
      preparations[i] = prepare_one(context, store, granules[i]);
    }
  });
  for (std::size_t i = 0; i < granules.size(); ++i) keep(granules[i], preparations[i]);
  return preparations;
}

void GranulePreparer::keep(const Granule& granule, const Preparation& preparation) {
  if (preparation.granule == nullptr) return;
  const std::uint64_t refs = count_refs(*preparation.granule);
  if (cached_refs_ + refs > max_cached_refs_) return;
  const std::string key = cache_key(granule);
  if (!cache_.emplace(key, preparation).second) return;
  cached_refs_ += refs;
  if (key != cache_key(preparation.granule->granule)) of_this_batch_.push_back(key);
}

void GranulePreparer::end_batch(std::span<const Outcome> outcomes) {
  for (const std::string& key : std::exchange(of_this_batch_, {})) forget(key);
  for (const Outcome& outcome : outcomes) {
    if (outcome.kind != Outcome::Kind::deferred) forget(cache_key(outcome.granule));
  }
}

void GranulePreparer::forget(const std::string& key) {
  const auto cached = cache_.find(key);
  if (cached == cache_.end()) return;
  cached_refs_ -= count_refs(*cached->second.granule);
  cache_.erase(cached);
}

}  // namespace vdp
