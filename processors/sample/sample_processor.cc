#include "processors/sample/sample_processor.h"

#include <fmt/format.h>

#include <charconv>

#include "dataset/dataset_file.h"
#include "processors/sample/fake_dataset.h"
#include "store/memory_store.h"

namespace vdp {
namespace sample {
namespace {

constexpr const char* branch = "main";
constexpr const char* value_path = "/value";
constexpr std::uint64_t max_slots = 1'000'000;

/// An empty array of the shape that the files' variables add up to.
zarr::ArrayMetadata value_array(std::uint64_t slots) {
  auto metadata = fake_dataset({}).variables.at("value").metadata;
  metadata.shape[0] = slots;
  return metadata;
}

}  // namespace

Result<std::uint64_t> slot_of(const std::string& key) {
  const auto dot = key.rfind('.');
  const auto digits = key.find_last_not_of("0123456789", dot == 0 || dot == std::string::npos ? dot : dot - 1);
  const std::size_t begin = digits == std::string::npos ? 0 : digits + 1;
  std::uint64_t slot = 0;
  const char* end = key.data() + std::min(dot, key.size());
  const auto parsed = std::from_chars(key.data() + begin, end, slot);
  if (parsed.ec != std::errc() || parsed.ptr != end || slot >= max_slots) {
    return invalid(fmt::format("key \"{}\": expected a number below {} before the last dot", key, max_slots));
  }
  return slot;
}

Result<icechunk::Repository> SampleProcessor::initialize_store(std::span<const Granule>) {
  VDP_ASSIGN(const bool exists, icechunk::Repository::exists(*store_));
  if (exists) return icechunk::Repository::open(store_);
  VDP_ASSIGN(auto repository, icechunk::Repository::create(store_));
  VDP_ASSIGN(auto session, repository.writable_session(branch));
  VDP_TRY(session.set_group("/", zarr::zarr_json_group({{"title", "sample"}})));
  VDP_TRY(session.set_array(value_path, value_array(0)));
  VDP_TRY(session.commit("sample: template"));
  return repository;
}

Result<icechunk::Session> SampleProcessor::initialize_session(icechunk::Repository& repository) {
  return repository.writable_session(branch);
}

Result<Outcome> SampleProcessor::process_file(icechunk::Session& session, const Granule& granule) {
  const auto slot = slot_of(granule.key);
  if (!slot) return outcome_of(granule, slot.error());
  VDP_ASSIGN(const auto stored, session.array_metadata(value_path));
  if (*slot >= stored.shape[0]) VDP_TRY(session.set_array(value_path, value_array(*slot + 1)));
  VDP_ASSIGN(const auto old, session.chunk_ref(value_path, {*slot, 0}));
  const auto dataset = fake_dataset(granule);
  VDP_TRY(session.set_refs(value_path, dataset.variables.at("value").manifest, {*slot, 0}));
  return Outcome{old ? Outcome::Kind::replaced : Outcome::Kind::written, granule, {}, 1, {}};
}

Result<icechunk::CommitOutcome> SampleProcessor::commit_processed_files(icechunk::Session& session,
                                                                        std::span<const Outcome> outcomes) {
  return session.commit(fmt::format("sample: {} files", outcomes.size()));
}

}  // namespace sample

/// What the registry calls.
Result<std::unique_ptr<Processor>> make_sample_processor(const dataset::DatasetFile&) {
  return std::make_unique<sample::SampleProcessor>(make_memory_store("sample"));
}

}  // namespace vdp
