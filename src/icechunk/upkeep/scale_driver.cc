// Millions of virtual references, for measurements: bench/refs_vs_official.py does the same with the official library.
//
//   vdp_icechunk_scale write URL FILES        a new repository: one array of FILES x 100 chunks, a batch of 1,000 files
//                                             at a time, in one commit
//   vdp_icechunk_scale read URL               open it anew, and find one reference in the middle
//   vdp_icechunk_scale append URL STEPS       open it anew; STEPS commits, each of one more file
//   vdp_icechunk_scale history URL COMMITS    a new repository of so many commits of one native chunk
//   vdp_icechunk_scale collect URL            expire all of its history but the last commit, and collect
//
// Prints the seconds that each step took, as JSON.
#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/json.h"
#include "icechunk/repo/repository.h"
#include "icechunk/upkeep/collect.h"
#include "icechunk/upkeep/expire.h"
#include "store/open_store.h"
#include "zarr/array_metadata.h"

namespace vdp::icechunk {
namespace {

constexpr std::uint64_t chunks_per_file = 100;
constexpr std::uint64_t files_per_batch = 1000;
constexpr const char* array_path = "/a";

/// Seconds since the last question.
class Stopwatch {
 public:
  double lap_s() {
    const auto now = std::chrono::steady_clock::now();
    return std::chrono::duration<double>(now - std::exchange(last_, now)).count();
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

std::string array_json(std::uint64_t files) {
  const Json array = {{"zarr_format", 3},
                      {"node_type", "array"},
                      {"shape", {files, chunks_per_file, 10}},
                      {"data_type", "int8"},
                      {"chunk_grid", {{"name", "regular"}, {"configuration", {{"chunk_shape", {1, 1, 10}}}}}},
                      {"chunk_key_encoding", {{"name", "default"}, {"configuration", {{"separator", "/"}}}}},
                      {"fill_value", 0},
                      {"codecs", {{{"name", "bytes"}}}},
                      {"attributes", Json::object()}};
  return array.dump();
}

/// Lengths of 10,000 to 59,999 bytes that follow one another in each file, as in bench/official_refs.py.
ChunkManifest references(std::uint64_t first_file, std::uint64_t files) {
  ChunkManifest manifest({files, chunks_per_file, 1});
  manifest.reserve(files * chunks_per_file);
  for (std::uint64_t file = 0; file < files; ++file) {
    const std::uint64_t number = first_file + file;
    const std::uint32_t location = manifest.add_location(
        {fmt::format("file:///archive/2020/{:03d}/3B-HHR.MS.MRG.3IMERG.2020{:04d}-S{:02d}0000.{:06d}.V07B.HDF5",
                     number / 48 % 366, number / 48 % 366, number % 48, number),
         "", 2'051'222'400});
    std::uint64_t offset = 30'000;
    for (std::uint64_t chunk = 0; chunk < chunks_per_file; ++chunk) {
      const std::uint64_t length = 10'000 + (number * chunks_per_file + chunk) * 2'654'435'761 % 4'294'967'296 % 50'000;
      manifest.set_virtual(file * chunks_per_file + chunk, {location, offset, length});
      offset += length;
    }
  }
  return manifest;
}

Status commit(Session& session) {
  VDP_ASSIGN(const CommitOutcome outcome, session.commit("refs"));
  return std::holds_alternative<Committed>(outcome) ? Status() : invalid("not committed");
}

Result<Json> write(const std::string& url, std::uint64_t files) {
  VDP_ASSIGN(ObjectStorePtr store, open_store(url));
  VDP_ASSIGN(const Repository repository, Repository::create(std::move(store)));
  VDP_ASSIGN(Session session, repository.writable_session("main"));
  VDP_TRY(session.set_group("/", R"({"zarr_format":3,"node_type":"group","attributes":{}})"));
  VDP_TRY(session.set_array(array_path, array_json(files)));
  double make_s = 0;
  double set_s = 0;
  Stopwatch watch;
  for (std::uint64_t file = 0; file < files; file += files_per_batch) {
    const ChunkManifest batch = references(file, std::min(files_per_batch, files - file));
    make_s += watch.lap_s();
    VDP_TRY(session.set_refs(array_path, batch, {file, 0, 0}));
    set_s += watch.lap_s();
  }
  VDP_TRY(commit(session));
  return Json{{"make_s", make_s}, {"set_s", set_s}, {"commit_s", watch.lap_s()}};
}

Result<Json> read(const std::string& url) {
  Stopwatch watch;
  VDP_ASSIGN(ObjectStorePtr store, open_store(url));
  VDP_ASSIGN(const Repository repository, Repository::open(std::move(store)));
  VDP_ASSIGN(const Session session, repository.readonly_session(Branch{"main"}));
  VDP_ASSIGN(const zarr::ArrayMetadata array, session.array_metadata(array_path));
  const double open_s = watch.lap_s();
  VDP_ASSIGN(const auto first, session.chunk_ref(array_path, {array.shape[0] / 2, 0, 0}));
  const double first_s = watch.lap_s();
  VDP_ASSIGN(const auto second, session.chunk_ref(array_path, {array.shape[0] / 3, 1, 0}));
  if (!first || !second) return invalid("a reference is missing");
  return Json{{"open_s", open_s}, {"first_s", first_s}, {"second_s", watch.lap_s()}};
}

Result<Json> append(const std::string& url, std::uint64_t steps) {
  Stopwatch watch;
  VDP_ASSIGN(ObjectStorePtr store, open_store(url));
  VDP_ASSIGN(const Repository repository, Repository::open(std::move(store)));
  Json commits_s = Json::array();
  for (std::uint64_t step = 0; step < steps; ++step) {
    VDP_ASSIGN(Session session, repository.writable_session("main"));
    VDP_ASSIGN(const zarr::ArrayMetadata array, session.array_metadata(array_path));
    VDP_TRY(session.set_array(array_path, array_json(array.shape[0] + 1)));
    VDP_TRY(session.set_refs(array_path, references(array.shape[0], 1), {array.shape[0], 0, 0}));
    VDP_TRY(commit(session));
    commits_s.push_back(watch.lap_s());
  }
  return Json{{"commits_s", commits_s}};
}

Result<Json> make_history(const std::string& url, std::uint64_t commits) {
  Stopwatch watch;
  VDP_ASSIGN(ObjectStorePtr store, open_store(url));
  VDP_ASSIGN(const Repository repository, Repository::create(std::move(store)));
  VDP_ASSIGN(Session session, repository.writable_session("main"));
  VDP_TRY(session.set_group("/", R"({"zarr_format":3,"node_type":"group","attributes":{}})"));
  VDP_TRY(session.set_array(array_path, array_json(commits)));
  for (std::uint64_t number = 0; number < commits; ++number) {
    VDP_TRY(session.set_chunk(array_path, {number, 0, 0}, Bytes(1000, static_cast<std::uint8_t>(number))));
    VDP_TRY(commit(session));
  }
  return Json{{"commits_s", watch.lap_s()}};
}

Result<Json> expire_and_collect(const std::string& url) {
  VDP_ASSIGN(ObjectStorePtr store, open_store(url));
  VDP_ASSIGN(const Repository repository, Repository::open(std::move(store)));
  Stopwatch watch;
  ExpireOptions old;
  old.older_than_us = system_clock().now_us();
  old.minimum_age_us = 0;
  VDP_ASSIGN(const ExpireReport expired, expire(repository, old));
  const double expire_s = watch.lap_s();
  CollectOptions unreachable;
  unreachable.older_than_us = system_clock().now_us();
  unreachable.minimum_age_us = 0;
  VDP_ASSIGN(const CollectReport collected, collect(repository, unreachable));
  return Json{{"expire_s", expire_s},
              {"collect_s", watch.lap_s()},
              {"released", expired.released.size()},
              {"deleted", collected.deleted.total().objects}};
}

Result<Json> run(const std::string& verb, const std::string& url, std::uint64_t count) {
  if (verb == "write") return write(url, count);
  if (verb == "read") return read(url);
  if (verb == "append") return append(url, count);
  if (verb == "history") return make_history(url, count);
  if (verb == "collect") return expire_and_collect(url);
  return invalid("unknown verb " + verb);
}

}  // namespace
}  // namespace vdp::icechunk

int main(int argument_count, char** arguments) {
  if (argument_count < 3) return 2;
  const std::uint64_t count = argument_count > 3 ? std::strtoull(arguments[3], nullptr, 10) : 0;
  const auto answer = vdp::icechunk::run(arguments[1], arguments[2], count);
  if (!answer) {
    std::cerr << answer.error().text() << "\n";
    return 1;
  }
  std::cout << answer->dump() << "\n";
  return 0;
}
