#include "pipeline/backfill/local_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <mutex>
#include <set>
#include <thread>

#include "base/task_pool.h"
#include "pipeline/backfill/child_check.h"
#include "pipeline/backfill/fork_stage.h"
#include "pipeline/backfill/initialize_stage.h"
#include "pipeline/backfill/partition_worker.h"
#include "pipeline/backfill/reduce_stage.h"

namespace vdp::backfill {
namespace {

std::size_t workers_of(const Site& site, const LocalRunOptions& options) {
  if (options.workers != 0) return options.workers;
  const std::uint64_t declared = site.file().backfill.concurrency;
  return declared != 0 ? declared : std::max(1U, std::thread::hardware_concurrency());
}

class LocalRun {
 public:
  LocalRun(const Site& site, const LocalRunOptions& options)
      : site_(site),
        options_(options),
        workers_(workers_of(site, options)),
        batch_(options.batch != 0 ? options.batch : site.file().backfill.batch) {}

  Result<LocalRunReport> run() {
    // Where files have to be opened to find their slots, all workers do.
    VDP_ASSIGN(auto partitioned, partition_inventory(site_.with_threads(workers_), options_.request));
    report_.plan = std::move(partitioned.plan);
    report_.resumed = partitioned.resumed;
    report_.rejections = report_.plan.rejected;
    notes_.insert(partitioned.notes.begin(), partitioned.notes.end());
    counts_.files_total = report_.plan.files();
    if (report_.plan.partitions.empty()) return finish_with_nothing();
    VDP_TRY(check_stop());
    VDP_ASSIGN(const auto state, initialize_run(site_, report_.plan));
    VDP_ASSIGN(auto repository, site_.open_repository());
    if (!state) return finish_with_nothing();
    report_.partitions_before = state->partitions.size();
    for (std::uint64_t i = 0; i < report_.plan.partitions.size(); ++i) {
      const auto done = state->partitions.find(i);
      if (done == state->partitions.end()) {
        VDP_TRY(run_partition(repository, i));
      } else {
        count(done->second, report_.plan.partitions[i]);
      }
    }
    VDP_TRY(check_stop());
    VDP_ASSIGN(report_.promoted, promote_run(site_.with_threads(workers_), repository, report_.plan));
    VDP_TRY(remove_artifacts());
    return finish();
  }

 private:
  bool stopped() const { return options_.stop != nullptr && options_.stop->load(); }

  Status check_stop() const {
    if (!stopped()) return {};
    return fail(ErrorKind::cancelled,
                fmt::format("backfill {} was stopped; the same command goes on with it", options_.request.run));
  }

  Result<LocalRunReport> finish_with_nothing() {
    VDP_TRY(remove_artifacts());
    return finish();
  }

  Result<LocalRunReport> finish() {
    report_.outcomes.rejected += report_.plan.rejected.size();
    report_.notes.assign(notes_.begin(), notes_.end());
    return std::move(report_);
  }

  /// Nobody needs them any more; those of a run that is stopped here are left for whoever cleans up.
  Status remove_artifacts() const {
    const std::string key = plan_key(report_.plan);
    VDP_ASSIGN(const auto objects, site_.artifacts().store().list(key.substr(0, key.rfind('/') + 1)));
    std::vector<std::string> keys;
    for (const ObjectInfo& object : objects) keys.push_back(object.key);
    return site_.artifacts().store().remove_all(keys);
  }

  Status run_partition(icechunk::Repository& repository, std::uint64_t partition) {
    VDP_TRY(check_stop());
    VDP_ASSIGN(const auto forked, fork_partition(site_, repository, report_.plan, partition));
    if (!forked.done) VDP_TRY(work(repository, forked));
    VDP_ASSIGN(auto reduced, reduce_partition(site_, repository, forked.work, options_.request.tolerate));
    ++report_.commits;
    counts_.commits = report_.commits;
    notes_.insert(reduced.notes.begin(), reduced.notes.end());
    std::ranges::move(reduced.rejections, std::back_inserter(report_.rejections));
    std::ranges::move(reduced.ignored, std::back_inserter(report_.ignored));
    report_.outcomes += reduced.commit.outcomes;
    report_.refs += reduced.commit.refs;
    tell();
    return {};
  }

  /// A partition that an earlier attempt has committed.
  void count(const PartitionCommit& done, const Partition& partition) {
    report_.outcomes += done.outcomes;
    report_.refs += done.refs;
    counts_.files_done += partition.files;
    counts_.source_bytes += partition.bytes;
    counts_.refs += done.refs;
    tell();
  }

  Status work(const icechunk::Repository& repository, const ForkedPartition& forked) {
    VDP_ASSIGN(const auto worker, PartitionWorker::open(site_, repository, forked.work));
    VDP_ASSIGN(const auto present, whole_children(repository, forked));
    const std::uint64_t batches = (forked.items.size() + batch_ - 1) / batch_;
    std::mutex mutex;
    Status status;
    parallel_for(batches, workers_, [&](std::size_t i) {
      const auto begin = forked.items.begin() + static_cast<std::ptrdiff_t>(i * batch_);
      const auto end = std::min(forked.items.end(), begin + static_cast<std::ptrdiff_t>(batch_));
      {
        const std::lock_guard lock(mutex);
        if (!status || stopped()) return;
      }
      const std::vector<Item> items(begin, end);
      const bool is_there = present.contains({items.front().index, items.back().index + 1});
      auto done = is_there ? Result<ItemsDone>(earlier(items)) : run_batch(worker, items);
      const std::lock_guard lock(mutex);
      if (done) {
        count(*done);
      } else if (status) {
        status = std::unexpected(std::move(done).error());
      }
    });
    VDP_TRY(std::move(status));
    return check_stop();
  }

  static ItemsDone earlier(const std::vector<Item>& items) {
    ItemsDone done;
    done.files = items.size();
    for (const Item& item : items) done.source_bytes += item.granule.size;
    return done;
  }

  /// Files that cannot be read are tried again for a while; at last they are rejected, where that is tolerated.
  Result<ItemsDone> run_batch(const PartitionWorker& worker, const std::vector<Item>& items) {
    const std::uint64_t tolerate = options_.request.tolerate.value_or(report_.plan.tolerate);
    std::int64_t pause_us = options_.pause_us;
    for (int attempt = 1;; ++attempt) {
      const bool is_last = attempt >= options_.attempts;
      auto done = worker.run(items, {.give_up = is_last && tolerate != 0, .read_until = {}});
      if (done || done.error().kind != ErrorKind::transient || is_last || stopped()) return done;
      ++retries_;
      site_.clock().sleep_us(pause_us);
      pause_us *= 2;
    }
  }

  /// Ranges of items that an earlier attempt at this very fork has done.
  Result<std::set<ItemRange>> whole_children(const icechunk::Repository& repository,
                                             const ForkedPartition& forked) const {
    std::set<ItemRange> whole;
    const std::string prefix = children_prefix(forked.work.work_prefix);
    VDP_ASSIGN_IN(site_.artifacts().uri(prefix), const auto objects, site_.artifacts().store().list(prefix));
    if (objects.empty()) return whole;
    VDP_ASSIGN(const auto session, repository.readonly_session(forked.work.base));
    VDP_ASSIGN_IN(site_.target()->url(), const auto state,
                  load_store_state(site_.rules(), site_.axis(), session, RecordsRead::by_slot));
    const ChildCheck check(site_, forked.work, forked.items, state, session);
    for (const ObjectInfo& object : objects) {
      const auto items = items_of_child_name(object.key.substr(prefix.size()));
      if (!items || whole.contains(*items)) continue;
      VDP_ASSIGN(const Bytes bytes, site_.artifacts().read(object.key));
      const auto child = decode_child(bytes);
      if (child && child->rejected() == 0 && check.check(*child, *items, object.last_modified_us)) whole.insert(*items);
    }
    return whole;
  }

  void count(const ItemsDone& done) {
    counts_.files_done += done.files;
    counts_.files_rejected += done.rejected;
    counts_.refs += done.refs;
    counts_.source_bytes += done.source_bytes;
    tell();
  }

  void tell() {
    counts_.retries = report_.retries = retries_;
    if (options_.progress != nullptr) options_.progress->on_progress(counts_);
  }

  const Site& site_;
  const LocalRunOptions& options_;
  const std::size_t workers_;
  const std::uint64_t batch_;
  LocalRunReport report_;
  ProgressCounts counts_;
  std::atomic<std::uint64_t> retries_ = 0;
  std::set<std::string> notes_;
};

}  // namespace

Result<LocalRunReport> run_locally(const Site& site, const LocalRunOptions& options) {
  return LocalRun(site, options).run();
}

}  // namespace vdp::backfill
