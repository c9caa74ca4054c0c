#include "pipeline/backfill/estimate.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <set>

#include "base/checked.h"
#include "base/json.h"
#include "store/forwarding_store.h"

namespace vdp::backfill {
namespace {

/// Of two commits that begin and end a run: the full shape, and the promotion, which is none but an update like one.
constexpr std::uint64_t commits_beside_partitions = 2;
/// Of each child: its put, its get, and the fork that its worker reads. Of each partition: fork, items, list of
/// rejected files, and a listing.
constexpr std::uint64_t requests_a_child = 3;
constexpr std::uint64_t requests_a_partition = 5;
/// What a function adds to the work itself, and a commit on S3 takes.
constexpr double function_overhead_s = 0.3;
constexpr double reduce_s = 3;

/// Counts what is asked of a source; ranges that are asked for together are one request each.
class RequestCounter final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  std::uint64_t requests() const { return requests_; }

  Result<ObjectInfo> head(std::string_view key) override {
    ++requests_;
    return ForwardingStore::head(key);
  }
  Result<ObjectData> get(std::string_view key) override {
    ++requests_;
    return ForwardingStore::get(key);
  }
  Result<Bytes> get_range(std::string_view key, ByteRange range, const std::optional<std::string>& if_etag) override {
    ++requests_;
    return ForwardingStore::get_range(key, range, if_etag);
  }
  Result<ObjectData> get_first(std::string_view key, std::uint64_t max_bytes) override {
    ++requests_;
    return inner()->get_first(key, max_bytes);
  }

 private:
  std::atomic<std::uint64_t> requests_ = 0;
};

struct Sampled {
  std::uint64_t files = 0;
  std::uint64_t refs = 0;
  std::uint64_t requests = 0;
  double seconds = 0;
};

std::vector<Item> samples_of(const DraftPlan& draft) {
  std::vector<Item> samples;
  const auto& first = draft.items.front();
  const auto& last = draft.items.back();
  std::set<std::uint64_t> slots;
  for (const Item* item : {&first.front(), &first.back(), &last.back()}) {
    if (slots.insert(item->slot).second) samples.push_back(*item);
  }
  return samples;
}

Result<Sampled> sample(const Site& site, const DraftPlan& draft) {
  const auto counted = std::make_shared<RequestCounter>(site.source());
  PrepareContext context = site.prepare_context();
  context.source = counted;
  Sampled sampled;
  for (const Item& item : samples_of(draft)) {
    const auto begin = std::chrono::steady_clock::now();
    VDP_ASSIGN_IN(item.granule.uri, const auto shaped, shape_granule(context, item.granule));
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
    sampled.seconds += elapsed.count();
    ++sampled.files;
    for (const auto& [name, array] : shaped.dataset.variables) {
      const auto variable = draft.store.variables.find(name);
      const bool is_kept = variable != draft.store.variables.end() && variable->second.role == dataset::Role::refs;
      if (is_kept) sampled.refs += array.manifest.size();
    }
  }
  sampled.requests = counted->requests();
  return sampled;
}

std::uint64_t scaled(std::uint64_t of_samples, const Sampled& sampled, std::uint64_t files) {
  return static_cast<std::uint64_t>(
      std::llround(static_cast<double>(of_samples) / static_cast<double>(sampled.files) * static_cast<double>(files)));
}

}  // namespace

Result<Estimate> estimate_run(const Site& site, const DraftPlan& draft, std::uint64_t workers,
                              const EstimateAssumptions& assumptions) {
  Estimate estimate;
  const Plan& plan = draft.partitioned.plan;
  if (draft.items.empty()) return estimate;
  VDP_ASSIGN(const Sampled sampled, sample(site, draft));
  const std::uint64_t files = plan.files();
  const std::uint64_t partitions = plan.partitions.size();
  std::uint64_t children = 0;
  estimate.cloud_s = reduce_s;
  const double file_s = sampled.seconds / static_cast<double>(sampled.files);
  for (const Partition& partition : plan.partitions) {
    const std::uint64_t batches = divide_up(partition.files, assumptions.batch);
    children += batches;
    const auto rounds = static_cast<double>(divide_up(batches, assumptions.concurrency));
    estimate.cloud_s += rounds * (function_overhead_s + file_s * static_cast<double>(assumptions.batch)) + reduce_s;
  }
  estimate.samples = sampled.files;
  estimate.commits = partitions + commits_beside_partitions;
  estimate.refs = scaled(sampled.refs, sampled, files);
  estimate.source_bytes = plan.bytes();
  estimate.source_requests = scaled(sampled.requests, sampled, files);
  estimate.artifact_requests = children * requests_a_child + partitions * requests_a_partition;
  estimate.local_s = file_s * static_cast<double>(files) / static_cast<double>(std::max<std::uint64_t>(workers, 1));
  const double function_s = function_overhead_s * static_cast<double>(children) + file_s * static_cast<double>(files) +
                            reduce_s * static_cast<double>(partitions);
  estimate.cloud_cost = function_s * assumptions.function_memory_gb * assumptions.function_gb_s_price +
                        static_cast<double>(children + 2 * partitions) * assumptions.function_call_price +
                        static_cast<double>(estimate.source_requests + 2 * children) * assumptions.get_price +
                        static_cast<double>(children + 4 * partitions) * assumptions.put_price +
                        static_cast<double>(children + 4 * partitions) * assumptions.transition_price;
  return estimate;
}

Json to_json(const Estimate& estimate, const EstimateAssumptions& assumptions) {
  return {{"commits", estimate.commits},
          {"refs", estimate.refs},
          {"source_bytes", estimate.source_bytes},
          {"source_requests", estimate.source_requests},
          {"artifact_requests", estimate.artifact_requests},
          {"local_s", estimate.local_s},
          {"cloud_s", estimate.cloud_s},
          {"cloud_cost_dollars", estimate.cloud_cost},
          {"assumed",
           {{"samples", estimate.samples},
            {"batch", assumptions.batch},
            {"concurrency", assumptions.concurrency},
            {"function_memory_gb", assumptions.function_memory_gb},
            {"function_gb_s_price", assumptions.function_gb_s_price},
            {"function_call_price", assumptions.function_call_price},
            {"get_price", assumptions.get_price},
            {"put_price", assumptions.put_price},
            {"transition_price", assumptions.transition_price}}}};
}

}  // namespace vdp::backfill
