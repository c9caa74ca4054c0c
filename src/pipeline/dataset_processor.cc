#include "pipeline/dataset_processor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <iterator>

#include "base/checked.h"
#include "base/log.h"
#include "dataset/draft.h"
#include "discover/list.h"
#include "net/url.h"
#include "pipeline/axis_order.h"
#include "pipeline/batch_writer.h"
#include "pipeline/enqueue.h"
#include "pipeline/planner.h"
#include "pipeline/retraction.h"
#include "pipeline/static_seed.h"
#include "pipeline/store_layout.h"
#include "pipeline/upkeep.h"
#include "store/open_store.h"
#include "store/url.h"

namespace vdp {
namespace {

/// What the names of the branches of backfills begin with.
constexpr const char* branches_of_backfills = "backfill-";

}  // namespace

DatasetProcessor::DatasetProcessor(dataset::DatasetFile file, const Options& options)
    : file_(std::move(file)), options_(options), preparer_(options.threads, options.max_cached_refs) {}
DatasetProcessor::~DatasetProcessor() = default;

Result<std::unique_ptr<DatasetProcessor>> DatasetProcessor::create(dataset::DatasetFile file, const Options& options) {
  if (file.axes.size() != 1) {
    return unsupported(
        fmt::format("{}: {} axes declared; datasets of exactly one `[axis.NAME]` are what is implemented", file.path,
                    file.axes.size()));
  }
  auto processor = std::unique_ptr<DatasetProcessor>(new DatasetProcessor(std::move(file), options));
  VDP_ASSIGN_IN("source.prefix", processor->source_,
                open_source_store(processor->file_.source.prefix, processor->file_.source.access));
  VDP_ASSIGN_IN("store.url", processor->target_, open_store(processor->file_.store.url, processor->file_.store.access));
  return processor;
}

PrepareContext DatasetProcessor::context() const { return {file_, file_.axes.front(), source_, *options_.clock}; }

Result<icechunk::Repository> DatasetProcessor::open_repository() const {
  icechunk::RepositoryOptions options;
  options.clock = options_.clock;
  VDP_ASSIGN_IN(target_->url(), auto repository, icechunk::Repository::open(target_, options));
  return repository;
}

Result<DatasetProcessor::Schema> DatasetProcessor::draft(const Granule& granule,
                                                         std::shared_ptr<PreparedGranule>& seed) const {
  VDP_ASSIGN(auto shaped, shape_granule(context(), granule));
  Schema schema;
  VDP_ASSIGN(schema.encoding, dataset::resolve_encoding(axis(), dataset::seed_coordinate(shaped.dataset, axis().name)));
  std::uint64_t slots = 0;
  if (axis().kind == dataset::AxisKind::regular) {
    if (!schema.encoding.time) return invalid(fmt::format("axis.{} is regular, and has no time units", axis().name));
    VDP_ASSIGN(const auto regular, dataset::RegularAxis::create(axis(), *schema.encoding.time, schema.encoding.dtype));
    slots = regular.length().value_or(0);
  }
  VDP_ASSIGN(auto draft, dataset::draft_template(file_, axis(), schema.encoding, shaped.dataset, slots));
  VDP_ASSIGN(auto prepared, prepare_granule(context(), draft.store, std::move(shaped)));
  if (!prepared.findings.empty()) return invalid(fmt::format("{}", fmt::join(prepared.findings, "; ")));
  for (auto& [name, variable] : draft.store.variables) {
    if (is_static(variable.role)) variable.proof = prepared.proofs.at(name);
  }
  schema.store = std::move(draft.store);
  schema.notes = std::move(draft.notes);
  schema.notes.insert(schema.notes.end(), prepared.notes.begin(), prepared.notes.end());
  seed = std::make_shared<PreparedGranule>(std::move(prepared));
  return schema;
}

Result<DatasetProcessor::Schema> DatasetProcessor::derive_schema(const Granule& granule) {
  std::shared_ptr<PreparedGranule> seed;
  VDP_ASSIGN_IN(granule.uri, auto schema, draft(granule, seed));
  return schema;
}

Result<std::optional<icechunk::Repository>> DatasetProcessor::find_store() {
  VDP_ASSIGN_IN(target_->url(), const bool exists, icechunk::Repository::exists(*target_));
  if (!exists) return std::nullopt;
  VDP_ASSIGN(auto repository, open_repository());
  VDP_ASSIGN(const auto session, repository.readonly_session(icechunk::Branch{file_.store.branch}));
  if (!session.kind(provenance_group(file_.identity.group))) return std::nullopt;
  return std::optional(std::move(repository));
}

Status DatasetProcessor::check_file(const Granule& granule) {
  VDP_TRY(derive_schema(granule));
  return {};
}

Result<Granule> DatasetProcessor::granule_at(const std::string& uri) const { return name_granule(file_.source, uri); }

Result<icechunk::Repository> DatasetProcessor::initialize_store(std::span<const Granule> candidates) {
  VDP_ASSIGN(auto found, find_store());
  if (found) return std::move(*found);
  if (!file_.store.create) {
    return invalid(fmt::format("{}: there is no store, and `store.create` is false", target_->url()));
  }
  std::string reasons;
  for (const Granule& candidate : candidates) {
    std::shared_ptr<PreparedGranule> seed;
    const auto schema = draft(candidate, seed);
    if (schema) return create_store(*schema, *seed);
    // A dataset file that fits no granule at all is told once, at the end, with each granule's reason.
    if (reasons.size() < 2000) reasons += fmt::format("\n  {}: {}", candidate.uri, schema.error().text());
  }
  return not_found(fmt::format("{}: there is no store yet, and no granule to make it from{}", target_->url(), reasons));
}

/// Other datasets may live in the repository already: their containers and rules stay.
Result<icechunk::Repository> DatasetProcessor::make_repository(const dataset::Template& store) const {
  VDP_ASSIGN_IN(target_->url(), const bool exists, icechunk::Repository::exists(*target_));
  if (!exists) {
    icechunk::RepositoryOptions options;
    options.clock = options_.clock;
    VDP_ASSIGN(const auto config, repository_config(file_, store, {}));
    return icechunk::Repository::create(target_, config, options);
  }
  auto repository = open_repository();
  if (!repository) return repository;
  VDP_ASSIGN_IN(target_->url(), auto present, repository->config());
  VDP_ASSIGN(const auto config, repository_config(file_, store, std::move(present)));
  VDP_TRY(repository->save_config(config));
  return repository;
}

Result<icechunk::Repository> DatasetProcessor::create_store(const Schema& schema, const PreparedGranule& seed) {
  VDP_ASSIGN(auto repository, make_repository(schema.store));
  VDP_ASSIGN(auto session, repository.writable_session(file_.store.branch));
  VDP_TRY(write_template(file_, axis(), schema.encoding, schema.store, seed, session));
  VDP_ASSIGN(const auto outcome, session.commit(fmt::format("{}: template", file_.identity.name)));
  if (std::holds_alternative<icechunk::CommitConflict>(outcome)) {
    return conflict(fmt::format("{}: another process is making the store", target_->url()));
  }
  if (const auto* unknown = std::get_if<icechunk::CommitUnknown>(&outcome)) {
    return fail(ErrorKind::outcome_unknown, fmt::format("{}: {}", target_->url(), unknown->reason));
  }
  for (const std::string& note : schema.notes) log(LogLevel::info, note);
  return repository;
}

Result<icechunk::Session> DatasetProcessor::initialize_session(icechunk::Repository& repository) {
  return repository.writable_session(file_.store.branch);
}

Status DatasetProcessor::load_state(const icechunk::Session& session) {
  // What was put into another session of this base, and not committed, is not there.
  const bool is_of_session = state_snapshot_ == session.base() && (!state_is_ahead_ || session.has_changes());
  if (state_ && is_of_session) return {};
  state_is_ahead_ = false;
  VDP_ASSIGN_IN(target_->url(), state_, load_store_state(file_, axis(), session, RecordsRead::as_needed));
  state_snapshot_ = session.base();
  return {};
}

Status DatasetProcessor::read_records(const icechunk::Session& session, std::span<const Granule> granules) {
  if (state_->provenance.is_complete()) return {};
  const auto& pattern = file_.source.pattern;
  for (const Granule& granule : granules) {
    const auto match = pattern.match(granule.key);
    if (match.kind != dataset::PatternMatch::Kind::matched) continue;
    const auto span = pattern.span(axis().name, match.fields);
    const auto slot = span ? state_->regular->slot(*span) : Result<std::uint64_t>(std::unexpected(span.error()));
    if (slot) VDP_TRY(state_->provenance.read(session, file_.identity.group, {*slot, *slot + 1}));
  }
  return {};
}

Status DatasetProcessor::read_records(const icechunk::Session& session, const std::vector<Preparation>& prepared) {
  if (state_->provenance.is_complete()) return {};
  for (const Preparation& each : prepared) {
    if (each.granule == nullptr || each.granule->axis_values.empty() || !each.granule->axis_units) continue;
    const auto slot = state_->regular->slot(each.granule->axis_values.front(), *each.granule->axis_units);
    if (slot) VDP_TRY(state_->provenance.read(session, file_.identity.group, {*slot, *slot + each.granule->steps}));
  }
  return {};
}

std::vector<Preparation> DatasetProcessor::prepare_all(std::span<const Granule> granules, const Deadline& read_until) {
  return preparer_.prepare(context(), state_->store, granules, read_until);
}

Result<std::vector<Granule>> DatasetProcessor::select_missing(icechunk::Session& session,
                                                              std::span<const Granule> granules) {
  VDP_TRY(load_state(session));
  VDP_TRY(state_->provenance.read_all(session, file_.identity.group));
  const Planner planner(file_, axis(), *state_);
  std::vector<Granule> missing;
  for (const Granule& granule : granules) {
    if (!planner.known(granule)) missing.push_back(granule);
  }
  if (axis().kind != dataset::AxisKind::grow && file_.forward.gap != dataset::GapPolicy::refuse) return missing;
  const auto prepared = prepare_all(missing, {});
  std::vector<Granule> ordered;
  for (const std::size_t i : in_axis_order(positions_of(prepared))) ordered.push_back(missing[i]);
  return ordered;
}

std::optional<Outcome> DatasetProcessor::check_key(const Granule& granule) const {
  // The file is read by its key, and recorded by its URI, which may have come in a message.
  if (granule.uri != file_.source.prefix + encode_path(granule.key)) {
    return Outcome::rejected(granule, fmt::format("its URI is not the one of its key {} under source.prefix {}",
                                                  without_secrets(granule.key), file_.source.prefix));
  }
  const auto classified = classify(file_.source, {granule.key, granule.size, granule.etag, granule.last_modified_us});
  if (classified.verdict == KeyVerdict::granule) return std::nullopt;
  return Outcome::rejected(granule, fmt::format("key {}: {} (source.pattern is \"{}\")", granule.key, classified.reason,
                                                file_.source.pattern.text()));
}

Result<Outcome> DatasetProcessor::process_file(icechunk::Session& session, const Granule& granule) {
  VDP_ASSIGN(auto outcomes, process_files(session, std::span(&granule, 1), {}));
  return std::move(outcomes.front());
}

Result<std::vector<Outcome>> DatasetProcessor::process_files(icechunk::Session& session,
                                                             std::span<const Granule> granules,
                                                             const Deadline& read_until) {
  VDP_TRY(load_state(session));
  VDP_TRY(read_records(session, granules));
  Planner planner(file_, axis(), *state_);
  std::vector<std::optional<Outcome>> outcomes(granules.size());
  std::vector<std::size_t> unknown;
  for (std::size_t i = 0; i < granules.size(); ++i) {
    outcomes[i] = planner.known(granules[i]);
    if (!outcomes[i]) outcomes[i] = check_key(granules[i]);
    if (!outcomes[i]) unknown.push_back(i);
  }
  if (is_order_kept(file_, axis())) unknown = in_key_order(file_, axis(), granules, unknown);
  Candidates candidates;
  for (const std::size_t i : unknown) candidates.granules.push_back(granules[i]);
  candidates.of_batch = unknown.size();
  std::ranges::move(due(granules), std::back_inserter(candidates.granules));
  VDP_ASSIGN(auto placed, place(session, candidates, read_until));
  for (std::size_t i = 0; i < unknown.size(); ++i) outcomes[unknown[i]] = std::move(placed[i]);
  std::vector<Outcome> result;
  for (auto& outcome : outcomes) result.push_back(std::move(*outcome));
  tell_folded(std::span(placed).subspan(candidates.of_batch), result);
  return result;
}

Result<std::vector<Outcome>> DatasetProcessor::fold_ledger(icechunk::Session& session, std::size_t limit) {
  VDP_TRY(load_state(session));
  return place(session, {waiting(limit, std::nullopt, {}), 0}, {});
}

Result<std::vector<Outcome>> DatasetProcessor::place(icechunk::Session& session, const Candidates& candidates,
                                                     const Deadline& read_until) {
  const auto& granules = candidates.granules;
  auto prepared = prepare_all(granules, read_until);
  if (is_order_kept(file_, axis())) hold_back_behind_unread(file_, axis(), granules, prepared);
  VDP_TRY(read_records(session, prepared));
  Planner planner(file_, axis(), *state_, options_.clock->now_us());
  std::vector<Outcome> outcomes(granules.size());
  std::vector<PlannedGranule> batch;
  for (const std::size_t i : in_axis_order(positions_of(prepared))) {
    Outcome& outcome = outcomes[i];
    if (prepared[i].granule == nullptr) {
      outcome = prepared[i].was_read ? outcome_of(granules[i], prepared[i].error) : Outcome::not_read(granules[i]);
    } else {
      const auto origin = i < candidates.of_batch ? Planner::Origin::batch : Planner::Origin::ledger;
      Verdict verdict = planner.plan(*prepared[i].granule, origin);
      outcome = std::move(verdict.outcome);
      if (verdict.planned) batch.push_back(std::move(*verdict.planned));
    }
    // What was rejected is missing again, and comes again by discovery.
    const bool waits_on = outcome.kind == Outcome::Kind::deferred || outcome.kind == Outcome::Kind::set_aside;
    if (!waits_on) state_->ledger.remove(granules[i].uri);
  }
  if (!batch.empty()) VDP_TRY(keep_whole(write_planned(batch, session), session));
  if (state_->ledger.is_changed()) {
    VDP_TRY(keep_whole(state_->ledger.write(file_.identity.group, session), session));
  }
  return outcomes;
}

std::vector<Granule> DatasetProcessor::waiting(std::size_t limit, std::optional<TimestampUs> since_us,
                                               std::span<const Granule> batch) const {
  std::vector<Granule> granules;
  for (const LateGranule& late : state_->ledger.oldest(limit)) {
    if (since_us && late.since_us > *since_us) break;
    const auto granule = granule_at(late.uri);
    const bool in_batch = std::ranges::any_of(batch, [&](const Granule& one) { return one.uri == late.uri; });
    if (granule && !in_batch) granules.push_back(*granule);
  }
  return granules;
}

std::vector<Granule> DatasetProcessor::due(std::span<const Granule> batch) const {
  if (file_.forward.late != dataset::LatePolicy::ledger || !file_.forward.resort) return {};
  const auto age = std::chrono::duration_cast<std::chrono::microseconds>(*file_.forward.resort);
  const TimestampUs now_us = options_.clock->now_us();
  // When the first is due, all are folded in that fit.
  if (waiting(1, now_us - age.count(), batch).empty()) return {};
  return waiting(file_.forward.max_fold, std::nullopt, batch);
}

/// Nobody waits for these outcomes: they are told with the batch that they went along with.
void DatasetProcessor::tell_folded(std::span<const Outcome> folded, std::vector<Outcome>& outcomes) const {
  std::size_t written = 0;
  for (const Outcome& outcome : folded) {
    if (outcome.changes_store()) ++written;
    if (outcome.kind != Outcome::Kind::rejected) continue;
    log(LogLevel::warning, fmt::format("{} left the ledger of late files: {}", outcome.granule.uri, outcome.reason));
  }
  if (written != 0 && !outcomes.empty()) {
    outcomes.front().notes.push_back(fmt::format("{} of the ledger of late files were folded in", written));
  }
}

Status DatasetProcessor::write_planned(const std::vector<PlannedGranule>& batch, icechunk::Session& session) {
  VDP_TRY(write_batch(file_, axis(), *state_, batch, session));
  if (lacks_seed(*state_)) VDP_TRY(write_seed(context(), *batch.front().granule, *state_, session));
  return {};
}

/// A session that is half written is of no use.
Status DatasetProcessor::keep_whole(Status written, icechunk::Session& session) {
  state_is_ahead_ = true;
  if (written) return {};
  session.discard();
  state_.reset();
  return std::unexpected(within(target_->url(), std::move(written).error()));
}

/// A backfill that is under way may have the granule: once it is promoted, it is there to be taken out.
Result<std::optional<Outcome>> DatasetProcessor::wait_for_backfill(const icechunk::Session& session,
                                                                   const Granule& granule) const {
  VDP_ASSIGN(const auto repository, open_repository());
  VDP_ASSIGN(const auto refs, repository.refs());
  const auto run = refs.branches.lower_bound(branches_of_backfills);
  if (run != refs.branches.end() && run->first.starts_with(branches_of_backfills)) {
    return Outcome::deferred(granule,
                             fmt::format("it was deleted, and the backfill of branch {} may have it", run->first));
  }
  // A promote would have come in between.
  const auto tip = refs.branches.find(file_.store.branch);
  if (tip == refs.branches.end() || tip->second == session.base()) return std::nullopt;
  return Outcome::deferred(granule, "it was deleted, and the store has changed meanwhile");
}

Result<std::optional<Outcome>> DatasetProcessor::retract_file(icechunk::Session& session, const Granule& granule) {
  if (auto rejected = check_key(granule)) return rejected;
  // Asked after the session's snapshot was taken: a file that comes back later is written by a later commit.
  const auto object = source_->head(granule.key);
  if (object) return std::nullopt;
  if (object.error().kind != ErrorKind::not_found) return outcome_of(granule, object.error());
  VDP_TRY(load_state(session));
  VDP_TRY(read_records(session, std::span(&granule, 1)));
  const ProvenanceRecord* record = state_->provenance.find_uri(granule.uri);
  if (state_->ledger.find(granule.uri) != nullptr) {
    state_->ledger.remove(granule.uri);
    VDP_TRY(keep_whole(state_->ledger.write(file_.identity.group, session), session));
    return Outcome{Outcome::Kind::retracted, granule, {}, 0, {}, false};
  }
  if (record == nullptr) {
    VDP_ASSIGN(auto waits, wait_for_backfill(session, granule));
    if (waits) return waits;
    return Outcome::unchanged(granule, {granule.uri + " was deleted, and is not in the store"});
  }
  if (file_.forward.deleted == dataset::DeletedPolicy::report) {
    std::string text = fmt::format("{} was deleted, and {} refer to it (`forward.deleted` is \"report\")", granule.uri,
                                   describe_slots(record->box));
    log(LogLevel::warning, text);
    return Outcome::unchanged(granule, {std::move(text)});
  }
  VDP_TRY(keep_whole(write_retraction(context(), *record, *state_, session), session));
  return Outcome{Outcome::Kind::retracted, granule, {}, 0, {}, false};
}

Result<icechunk::CommitOutcome> DatasetProcessor::commit_processed_files(icechunk::Session& session,
                                                                         std::span<const Outcome> outcomes) {
  OutcomeCounts counts;
  for (const Outcome& outcome : outcomes) counts.add(outcome.kind);
  std::string message =
      fmt::format("{}: {} written, {} replaced", file_.identity.name, counts.written, counts.replaced);
  Json numbers = {{"written", counts.written}, {"replaced", counts.replaced}};
  if (counts.retracted != 0) {
    message += fmt::format(", {} retracted", counts.retracted);
    numbers["retracted"] = counts.retracted;
  }
  if (counts.set_aside != 0) {
    message += fmt::format(", {} set aside", counts.set_aside);
    numbers["set_aside"] = counts.set_aside;
  }
  auto outcome = session.commit(message, {{"vdp", std::move(numbers)}});
  const auto* committed = outcome ? std::get_if<icechunk::Committed>(&*outcome) : nullptr;
  if (committed != nullptr) {
    state_snapshot_ = committed->snapshot;
    state_is_ahead_ = false;
  }
  if (committed != nullptr || (outcome && std::holds_alternative<icechunk::NothingToCommit>(*outcome))) {
    preparer_.end_batch(outcomes);
  } else {
    state_.reset();  // it counts in what was not committed
  }
  return outcome;
}

Result<UpkeepReport> DatasetProcessor::garbage_collect(const UpkeepOptions& options) {
  VDP_ASSIGN(const auto repository, open_repository());
  return keep_store(repository, file_.gc, options);
}

}  // namespace vdp
