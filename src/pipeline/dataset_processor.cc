#include "pipeline/dataset_processor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/checked.h"
#include "base/log.h"
#include "base/task_pool.h"
#include "dataset/draft.h"
#include "discover/list.h"
#include "net/url.h"
#include "pipeline/axis_order.h"
#include "pipeline/batch_writer.h"
#include "pipeline/enqueue.h"
#include "pipeline/planner.h"
#include "pipeline/store_layout.h"
#include "pipeline/upkeep.h"
#include "store/open_store.h"
#include "store/url.h"

namespace vdp {
namespace {

std::uint64_t count_refs(const PreparedGranule& granule) {
  std::uint64_t refs = 0;
  for (const auto& [name, array] : granule.dataset.variables) refs += array.manifest.size();
  return refs;
}

std::string cache_key(const Granule& granule) { return granule.uri + "\n" + version_of(granule); }

}  // namespace

struct DatasetProcessor::Prepared {
  std::shared_ptr<const PreparedGranule> granule;  ///< or null, and then:
  Error error;
  bool was_read = true;  ///< or there was no time for it
};

DatasetProcessor::DatasetProcessor(dataset::DatasetFile file, const Options& options)
    : file_(std::move(file)), options_(options) {}
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
  if (state_ && state_snapshot_ == session.base()) return {};
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

Status DatasetProcessor::read_records(const icechunk::Session& session, const std::vector<Prepared>& prepared) {
  if (state_->provenance.is_complete()) return {};
  for (const Prepared& each : prepared) {
    if (each.granule == nullptr || each.granule->axis_values.empty() || !each.granule->axis_units) continue;
    const auto slot = state_->regular->slot(each.granule->axis_values.front(), *each.granule->axis_units);
    if (slot) VDP_TRY(state_->provenance.read(session, file_.identity.group, {*slot, *slot + each.granule->steps}));
  }
  return {};
}

void DatasetProcessor::keep(const Granule& granule, const Prepared& prepared) {
  if (prepared.granule == nullptr) return;
  const std::uint64_t refs = count_refs(*prepared.granule);
  if (cached_refs_ + refs > options_.max_cached_refs) return;
  if (cache_.emplace(cache_key(granule), prepared).second) cached_refs_ += refs;
}

std::vector<DatasetProcessor::Prepared> DatasetProcessor::prepare_all(std::span<const Granule> granules,
                                                                      const Deadline& read_until) {
  std::vector<Prepared> prepared(granules.size());
  parallel_for(granules.size(), options_.threads, [&](std::size_t i) {
    if (const auto cached = cache_.find(cache_key(granules[i])); cached != cache_.end()) {
      prepared[i] = cached->second;
      return;
    }
    if (read_until.has_passed()) {
      prepared[i].was_read = false;
      return;
    }
    auto shaped = shape_granule(context(), granules[i]);
    auto result = shaped ? prepare_granule(context(), state_->store, std::move(*shaped))
                         : Result<PreparedGranule>(std::unexpected(std::move(shaped).error()));
    if (result) {
      prepared[i].granule = std::make_shared<const PreparedGranule>(std::move(*result));
    } else {
      prepared[i].error = std::move(result).error();
    }
  });
  for (std::size_t i = 0; i < granules.size(); ++i) keep(granules[i], prepared[i]);
  return prepared;
}

std::vector<std::optional<AxisPosition>> DatasetProcessor::positions_of(const std::vector<Prepared>& prepared) {
  std::vector<std::optional<AxisPosition>> positions;
  for (const Prepared& each : prepared) {
    positions.push_back(each.granule ? axis_position(*each.granule) : std::nullopt);
  }
  return positions;
}

/// Where the order counts and the keys tell it, what there is no time for is to be the end of it.
std::vector<std::size_t> DatasetProcessor::in_reading_order(std::span<const Granule> granules,
                                                            std::vector<std::size_t> indices) const {
  if (!is_order_kept(file_, axis())) return indices;
  std::vector<std::optional<AxisPosition>> positions;
  for (const std::size_t i : indices) positions.push_back(axis_position(file_, axis(), granules[i].key));
  std::vector<std::size_t> ordered;
  for (const std::size_t i : in_axis_order(positions)) ordered.push_back(indices[i]);
  return ordered;
}

/// What was not read must not be overtaken where it would be late then: what lies behind the first of it is left for
/// the next time, too. That is all of the batch where a key does not tell its position.
void DatasetProcessor::hold_back(std::span<const Granule> granules, std::vector<Prepared>& prepared) const {
  if (!is_order_kept(file_, axis())) return;
  std::optional<AxisPosition> first_unread;
  bool all = false;
  for (std::size_t i = 0; i < prepared.size(); ++i) {
    if (prepared[i].was_read) continue;
    const auto position = axis_position(file_, axis(), granules[i].key);
    all = all || !position;
    if (position && (!first_unread || *position < *first_unread)) first_unread = position;
  }
  for (Prepared& each : prepared) {
    if (!all && !first_unread) break;
    const auto position = each.granule ? axis_position(*each.granule) : std::nullopt;
    if (all || (position && *position > *first_unread)) each = {nullptr, {}, false};
  }
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
  unknown = in_reading_order(granules, std::move(unknown));
  std::vector<Granule> to_read;
  for (const std::size_t i : unknown) to_read.push_back(granules[i]);
  auto prepared = prepare_all(to_read, read_until);
  hold_back(to_read, prepared);
  VDP_TRY(read_records(session, prepared));
  std::vector<PlannedGranule> batch;
  for (const std::size_t i : in_axis_order(positions_of(prepared))) {
    auto& outcome = outcomes[unknown[i]];
    if (prepared[i].granule == nullptr) {
      outcome = prepared[i].was_read ? outcome_of(to_read[i], prepared[i].error) : Outcome::not_read(to_read[i]);
      continue;
    }
    Verdict verdict = planner.plan(*prepared[i].granule);
    outcome = std::move(verdict.outcome);
    if (verdict.planned) batch.push_back(std::move(*verdict.planned));
  }
  if (!batch.empty()) {
    if (auto written = write_batch(file_, axis(), *state_, batch, session); !written) {
      session.discard();
      state_.reset();
      return std::unexpected(within(target_->url(), std::move(written).error()));
    }
  }
  std::vector<Outcome> result;
  for (auto& outcome : outcomes) result.push_back(std::move(*outcome));
  return result;
}

void DatasetProcessor::forget(std::span<const Outcome> outcomes) {
  for (const Outcome& outcome : outcomes) {
    if (outcome.kind == Outcome::Kind::deferred) continue;
    const auto cached = cache_.find(cache_key(outcome.granule));
    if (cached == cache_.end()) continue;
    cached_refs_ -= count_refs(*cached->second.granule);
    cache_.erase(cached);
  }
}

Result<icechunk::CommitOutcome> DatasetProcessor::commit_processed_files(icechunk::Session& session,
                                                                         std::span<const Outcome> outcomes) {
  OutcomeCounts counts;
  for (const Outcome& outcome : outcomes) counts.add(outcome.kind);
  const std::string message =
      fmt::format("{}: {} written, {} replaced", file_.identity.name, counts.written, counts.replaced);
  auto outcome = session.commit(message, {{"vdp", {{"written", counts.written}, {"replaced", counts.replaced}}}});
  const auto* committed = outcome ? std::get_if<icechunk::Committed>(&*outcome) : nullptr;
  if (committed != nullptr) state_snapshot_ = committed->snapshot;
  if (committed != nullptr || (outcome && std::holds_alternative<icechunk::NothingToCommit>(*outcome))) {
    forget(outcomes);
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
