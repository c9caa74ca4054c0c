// A process that kills itself at an operation of its store, for a test in Python that judges with the official library
// what it left behind (tests/crash/test_kill_icechunk.py).
//
//   vdp_icechunk_kill FOLDER make                    a repository with a history, nothing is killed
//   vdp_icechunk_kill FOLDER TASK NUMBER before|after
//
// TASK is `commit` (chunk 4 of both arrays) or `upkeep` (expire all but the two newest commits, collect all garbage).
// The process ends by SIGKILL at its NUMBERth operation, from 0, or prints how many there were and exits with 0. A task
// that is done already is not done again.
#include <fmt/format.h>

#include <csignal>
#include <iostream>
#include <string>
#include <vector>

#include "icechunk/repo/repository.h"
#include "icechunk/upkeep/collect.h"
#include "store/fault_store.h"
#include "store/local_store.h"
#include "zarr/array_metadata.h"

namespace vdp::icechunk {
namespace {

constexpr std::uint32_t chunk_count = 8;
constexpr std::uint32_t last_chunk = 4;

/// `length` int32 of the value `number` + 1.
Bytes chunk_of(std::uint32_t number, std::size_t length) {
  Bytes bytes(4 * length, 0);
  for (std::size_t i = 0; i < length; ++i) bytes[4 * i] = static_cast<std::uint8_t>(number + 1);
  return bytes;
}

std::string array_json(std::size_t chunk_length) {
  return fmt::format(
      R"({{"zarr_format": 3, "node_type": "array", "shape": [{}], "data_type": "int32", "chunk_grid": {{"name": "regular",
         "configuration": {{"chunk_shape": [{}]}}}}, "chunk_key_encoding": {{"name": "default", "configuration":
         {{"separator": "/"}}}}, "fill_value": 0, "codecs": [{{"name": "bytes", "configuration": {{"endian": "little"}}}}],
         "attributes": {{}}}})",
      chunk_count * chunk_length, chunk_length);
}

/// Chunk `number` of both arrays, one of native and one of inlined chunks, in one commit.
Status commit_chunk(const Repository& repository, std::uint32_t number, const std::string& branch) {
  VDP_ASSIGN(Session session, repository.writable_session(branch));
  VDP_TRY(session.set_chunk("/native", {number}, chunk_of(number, 200)));
  VDP_TRY(session.set_chunk("/inlined", {number}, chunk_of(number, 5)));
  VDP_ASSIGN(const CommitOutcome outcome, session.commit(fmt::format("chunk {}", number)));
  if (!std::holds_alternative<Committed>(outcome)) return internal("the commit did not succeed");
  return {};
}

Status make(const ObjectStorePtr& store) {
  VDP_ASSIGN(Repository repository, Repository::create(store));
  VDP_ASSIGN(Session session, repository.writable_session("main"));
  VDP_TRY(session.set_group("/", R"({"zarr_format": 3, "node_type": "group", "attributes": {}})"));
  VDP_TRY(session.set_array("/native", array_json(200)));
  VDP_TRY(session.set_array("/inlined", array_json(5)));
  VDP_TRY(session.commit("arrays"));
  for (std::uint32_t number = 0; number < last_chunk; ++number) VDP_TRY(commit_chunk(repository, number, "main"));
  VDP_ASSIGN(const SnapshotId tip, repository.resolve(Branch{"main"}));
  VDP_TRY(repository.create_branch("gone", tip));
  VDP_TRY(commit_chunk(repository, last_chunk + 1, "gone"));
  VDP_TRY(repository.create_tag("v1", tip));
  return repository.delete_branch("gone");
}

Status commit(const Repository& repository) {
  VDP_ASSIGN(const auto history, repository.history(Branch{"main"}, 1));
  if (history.front().message == fmt::format("chunk {}", last_chunk)) return {};
  return commit_chunk(repository, last_chunk, "main");
}

Status keep_house(const Repository& repository) {
  VDP_ASSIGN(const auto history, repository.history(Branch{"main"}, 2));
  ExpireOptions expire_options;
  expire_options.older_than_us = history.back().flushed_at_us;
  expire_options.minimum_age_us = 0;
  VDP_TRY(expire(repository, expire_options));
  CollectOptions collect_options;
  collect_options.older_than_us = system_clock().now_us();
  collect_options.minimum_age_us = 0;
  collect_options.threads = 1;
  VDP_TRY(collect(repository, collect_options));
  return {};
}

Status run(const std::vector<std::string>& words) {
  VDP_ASSIGN(const ObjectStorePtr folder, open_local_store(words.at(0), {}));
  if (words.at(1) == "make") return make(folder);
  const auto store = std::make_shared<FaultStore>(folder);
  store->plan(std::stoull(words.at(2)), words.at(3) == "before" ? Fault::killed_before : Fault::killed_after);
  store->on_kill([] { std::raise(SIGKILL); });
  VDP_ASSIGN(const Repository repository, Repository::open(store));
  VDP_TRY(words.at(1) == "commit" ? commit(repository) : keep_house(repository));
  std::cout << store->operations() << "\n";
  return {};
}

}  // namespace
}  // namespace vdp::icechunk

int main(int count, char** arguments) {
  try {
    const vdp::Status done = vdp::icechunk::run({arguments + 1, arguments + count});
    if (done) return 0;
    std::cerr << done.error().text() << "\n";
    return 3;
  } catch (const std::exception& error) {
    std::cerr << "usage: vdp_icechunk_kill FOLDER make | FOLDER commit|upkeep NUMBER before|after\n"
              << error.what() << "\n";
    return 2;
  }
}
