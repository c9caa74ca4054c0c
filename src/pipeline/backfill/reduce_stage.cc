#include "pipeline/backfill/reduce_stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "pipeline/backfill/collected.h"
#include "pipeline/backfill/document.h"
#include "pipeline/batch_writer.h"

namespace vdp::backfill {
namespace {

constexpr std::size_t max_rejections_told = 20;

class Reducer {
 public:
  Reducer(const Site& site, const icechunk::Repository& repository, const PartitionWork& work, RunState run,
          std::uint64_t tolerate)
      : site_(site), repository_(repository), work_(work), run_(std::move(run)), tolerate_(tolerate) {}

  Result<Reduced> reduce() {
    VDP_ASSIGN(items_, site_.artifacts().read_items(work_.plan, work_.partition, site_.rules().source.prefix));
    VDP_ASSIGN(auto session, repository_.writable_session(run_.branch));
    if (session.base() != work_.base) {
      return conflict(fmt::format("branch {} is at {}, the fork of partition {} was made of {}: fork it again",
                                  run_.branch, session.base().text(), work_.partition, work_.base.text()));
    }
    VDP_ASSIGN_IN(site_.target()->url(), state_,
                  load_store_state(site_.rules(), site_.axis(), session, RecordsRead::by_slot));
    VDP_ASSIGN(auto collected, collect_children(site_, work_, items_, state_, session));
    reduced_.ignored = std::move(collected.ignored);
    VDP_TRY(write(collected, session));
    VDP_TRY(check_tolerated());
    VDP_TRY(write_rejections());
    return commit(session);
  }

 private:
  Status write(const Collected& collected, icechunk::Session& session) {
    notes_.insert(collected.notes.begin(), collected.notes.end());
    state_.store.attributes = collected.attributes;
    state_.store.attribute_names.insert(collected.attribute_names.begin(), collected.attribute_names.end());
    std::vector<GranuleRows> rows;
    for (const auto& [index, granule] : collected.granules) {
      if (granule.kind == Outcome::Kind::rejected) {
        reject(index, granule.reason);
        continue;
      }
      reduced_.commit.outcomes.add(granule.kind);
      if (!granule.is_placed()) continue;
      rows.push_back({granule.box, granule.record, granule.values});
      reduced_.commit.refs += granule.refs;
    }
    VDP_TRY(write_group_attributes(site_.group(), state_.store, session));
    return write_granule_rows(site_.rules(), site_.axis(), state_, rows, session);
  }

  void reject(std::uint64_t index, std::string reason) {
    reduced_.commit.outcomes.add(Outcome::Kind::rejected);
    reduced_.rejections.push_back({items_[index].granule.uri, std::move(reason)});
  }

  Status check_tolerated() const {
    const std::uint64_t before = run_.rejected() + work_.plan.rejected.size();
    const std::uint64_t now = reduced_.rejections.size();
    if (now == 0 || before + now <= tolerate_) return {};
    std::string text = fmt::format("partition {}: {} files rejected", work_.partition, now);
    if (before != 0) text += fmt::format(", {} before it", before);
    text += fmt::format(", tolerated are {}:", tolerate_);
    for (std::size_t i = 0; i < std::min(reduced_.rejections.size(), max_rejections_told); ++i) {
      text += fmt::format("\n  {}: {}", reduced_.rejections[i].uri, reduced_.rejections[i].reason);
    }
    if (now > max_rejections_told) text += fmt::format("\n  and {} more", now - max_rejections_told);
    return over_limit(std::move(text));
  }

  Status write_rejections() const {
    Json list = Json::array();
    for (const Rejection& rejection : reduced_.rejections) list.push_back(to_json(rejection));
    return site_.artifacts().write_json(rejected_key(work_.work_prefix), list);
  }

  Result<Reduced> commit(icechunk::Session& session) {
    const OutcomeCounts& counts = reduced_.commit.outcomes;
    std::string message =
        fmt::format("{}: backfill {}, partition {} of {}: {} written, {} replaced", work_.plan.dataset, work_.plan.run,
                    work_.partition + 1, work_.plan.partitions.size(), counts.written, counts.replaced);
    if (counts.rejected != 0) message += fmt::format(", {} rejected", counts.rejected);
    icechunk::CommitOptions options;
    options.allow_empty = true;
    VDP_ASSIGN(const auto outcome,
               session.commit(message, partition_metadata(work_.plan, work_.partition, counts, reduced_.commit.refs),
                              options));
    if (const auto* committed = std::get_if<icechunk::Committed>(&outcome)) {
      reduced_.commit.snapshot = committed->snapshot;
      reduced_.notes.assign(notes_.begin(), notes_.end());
      return std::move(reduced_);
    }
    if (const auto* unknown = std::get_if<icechunk::CommitUnknown>(&outcome)) {
      return fail(ErrorKind::outcome_unknown, fmt::format("snapshot {} may or may not have been committed: {}",
                                                          unknown->snapshot.text(), unknown->reason));
    }
    return conflict(
        fmt::format("branch {} has moved: somebody else commits partition {}, too", run_.branch, work_.partition));
  }

  const Site& site_;
  const icechunk::Repository& repository_;
  const PartitionWork& work_;
  const RunState run_;
  const std::uint64_t tolerate_;
  std::vector<Item> items_;
  StoreState state_;
  Reduced reduced_;
  std::set<std::string> notes_;
};

Result<std::optional<Reduced>> find_done(const icechunk::Repository& repository, const PartitionWork& work) {
  VDP_ASSIGN(const auto run, read_run_state(repository, work.plan));
  const auto done = run.partitions.find(work.partition);
  if (done == run.partitions.end()) return std::nullopt;
  return std::optional(Reduced{done->second, {}, {}, {}});
}

}  // namespace

Result<Reduced> reduce_partition(const Site& site, const icechunk::Repository& repository, const PartitionWork& work,
                                 std::optional<std::uint64_t> tolerate) {
  VDP_ASSIGN(auto done, find_done(repository, work));
  if (done) return std::move(*done);
  VDP_ASSIGN(auto run, read_run_state(repository, work.plan));
  auto reduced = Reducer(site, repository, work, std::move(run), tolerate.value_or(work.plan.tolerate)).reduce();
  if (reduced || reduced.error().kind != ErrorKind::conflict) return reduced;
  // A reduce that was called twice: the other one was first.
  VDP_ASSIGN(done, find_done(repository, work));
  return done ? Result<Reduced>(std::move(*done)) : std::move(reduced);
}

Result<Json> reduce_stage(const Site& site, const Json& input) {
  VDP_ASSIGN(const auto work, parse_partition_work(site, input));
  VDP_ASSIGN(const auto repository, site.open_repository());
  VDP_ASSIGN(const auto reduced, reduce_partition(site, repository, work));
  const OutcomeCounts& counts = reduced.commit.outcomes;
  return Json{{"version", document_version}, {"name", work.plan.run},
              {"partition", work.partition}, {"snapshot", reduced.commit.snapshot.text()},
              {"files", counts.total()},     {"rejected", counts.rejected},
              {"refs", reduced.commit.refs}, {"ignored", reduced.ignored}};
}

}  // namespace vdp::backfill
