#include "pipeline/dataset_processor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <tuple>

#include "base/checked.h"
#include "base/log.h"
#include "base/task_pool.h"
#include "dataset/draft.h"
#include "discover/list.h"
#include "net/url.h"
#include "pipeline/batch_writer.h"
#include "pipeline/planner.h"
#include "pipeline/store_layout.h"
#include "pipeline/upkeep.h"
#include "store/open_store.h"
#include "store/url.h"

namespace vdp {
namespace {

/// Where along the axis a granule begins, comparable between files of different units.
using AxisPosition = std::pair<dataset::Int128, double>;

std::optional<AxisPosition> first_position(const PreparedGranule& granule) {
  if (granule.axis_values.empty()) return std::nullopt;
  const dataset::Number& value = granule.axis_values.front();
  if (granule.axis_units) {
    const auto instant = dataset::to_instant(value, *granule.axis_units);
    return instant ? std::optional(AxisPosition{instant->nanoseconds, 0}) : std::nullopt;
  }
  return AxisPosition{0, std::visit([](auto number) { return static_cast<double>(number); }, value)};
}

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

std::vector<DatasetProcessor::Prepared> DatasetProcessor::prepare_all(std::span<const Granule> granules) {
  std::vector<Prepared> prepared(granules.size());
  parallel_for(granules.size(), options_.threads, [&](std::size_t i) {
    if (const auto cached = cache_.find(cache_key(granules[i])); cached != cache_.end()) {
      prepared[i] = cached->second;
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

namespace {

/// Indices of the granules, in the order of their first axis values; those without one keep their place at the end.
template <typename Prepared>
std::vector<std::size_t> axis_order(const std::vector<Prepared>& prepared) {
  std::vector<std::tuple<bool, AxisPosition, std::size_t>> keys;
  for (std::size_t i = 0; i < prepared.size(); ++i) {
    const auto position = prepared[i].granule ? first_position(*prepared[i].granule) : std::nullopt;
    keys.emplace_back(!position.has_value(), position.value_or(AxisPosition{}), i);
  }
  std::ranges::sort(keys);
  std::vector<std::size_t> order;
  for (const auto& key : keys) order.push_back(std::get<2>(key));
  return order;
}

}  // namespace

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
  std::vector<Granule> ordered;
  for (const std::size_t i : axis_order(prepare_all(missing))) ordered.push_back(missing[i]);
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
  VDP_ASSIGN(auto outcomes, process_files(session, std::span(&granule, 1)));
  return std::move(outcomes.front());
}

Result<std::vector<Outcome>> DatasetProcessor::process_files(icechunk::Session& session,
                                                             std::span<const Granule> granules) {
  VDP_TRY(load_state(session));
  VDP_TRY(read_records(session, granules));
  Planner planner(file_, axis(), *state_);
  std::vector<std::optional<Outcome>> outcomes(granules.size());
  std::vector<Granule> unknown;
  std::vector<std::size_t> positions;  // of the unknown ones
  for (std::size_t i = 0; i < granules.size(); ++i) {
    outcomes[i] = planner.known(granules[i]);
    if (!outcomes[i]) outcomes[i] = check_key(granules[i]);
    if (outcomes[i]) continue;
    unknown.push_back(granules[i]);
    positions.push_back(i);
  }
  const auto prepared = prepare_all(unknown);
  VDP_TRY(read_records(session, prepared));
  std::vector<PlannedGranule> batch;
  for (const std::size_t i : axis_order(prepared)) {
    auto& outcome = outcomes[positions[i]];
    if (prepared[i].granule == nullptr) {
      outcome = outcome_of(unknown[i], prepared[i].error);
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
