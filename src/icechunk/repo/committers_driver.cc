// Many writers on one branch, for tests in Python that judge the outcome with the official library.
//
//   vdp_icechunk_committers URL WRITERS COMMITS THREADS
//
// makes a repository at URL with one array a writer, of one chunk a commit. Then every writer, with a store and a
// repository of its own, commits its chunks one after the other under the messages "WRITER/COMMIT"; a conflict is
// settled by replay on the new tip. The writers are divided among the threads: one thread is the serial run.
// Prints what happened as JSON. For writers in processes of their own,
//
//   vdp_icechunk_committers make URL WRITERS COMMITS
//   vdp_icechunk_committers join URL WRITERS COMMITS WRITER
//
// make the repository, and run the writer of that number alone.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/json.h"
#include "base/random.h"
#include "icechunk/repo/repository.h"
#include "store/contention.h"
#include "store/open_store.h"
#include "zarr/array_metadata.h"

namespace vdp::icechunk {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int max_attempts = 1000;

double seconds_since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

std::string array_path(int writer) { return fmt::format("/writer-{:03d}", writer); }

std::string array_json(int commits) {
  const Json array = {{"zarr_format", 3},
                      {"node_type", "array"},
                      {"shape", {commits}},
                      {"data_type", "int32"},
                      {"chunk_grid", {{"name", "regular"}, {"configuration", {{"chunk_shape", {1}}}}}},
                      {"chunk_key_encoding", {{"name", "default"}, {"configuration", {{"separator", "/"}}}}},
                      {"fill_value", -1},
                      {"codecs", {{{"name", "bytes"}, {"configuration", {{"endian", "little"}}}}}},
                      {"attributes", Json::object()}};
  return array.dump();
}

/// 1000 * writer + commit, as a little-endian int32.
Bytes chunk_value(int writer, int commit) {
  const auto value = static_cast<std::uint32_t>(1000 * writer + commit);
  Bytes bytes;
  for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<std::uint8_t>(value >> shift));
  return bytes;
}

/// What one thread saw.
struct Report {
  std::vector<int> attempts;      ///< of each commit
  std::vector<double> commits_s;  ///< from the first attempt to the acknowledgement
  std::map<std::string, int> errors;
  std::string last_error;
  int unknown = 0;
  int unfinished = 0;

  void note(const Error& error) {
    ++errors[std::string(to_string(error.kind))];
    last_error = error.text();
  }
};

class Writer {
 public:
  static Result<Writer> open(const std::string& url, int number) {
    VDP_ASSIGN(ObjectStorePtr store, open_store(url));
    VDP_ASSIGN(Repository repository, Repository::open(std::move(store)));
    return Writer(std::move(repository), number);
  }

  void commit(int number, Report& report) {
    const auto start = SteadyClock::now();
    for (int attempt = 1; attempt <= max_attempts; ++attempt) {
      const TimestampUs started_us = system_clock().now_us();
      const Result<bool> done = try_once(number, report);
      if (done && *done) {
        report.attempts.push_back(attempt);
        report.commits_s.push_back(seconds_since(start));
        contention_.won(system_clock().now_us() - started_us);
        return;
      }
      if (!done) report.note(done.error());
      // As a forward consumer does it.
      system_clock().sleep_us(contention_.pause_after_loss_us(system_clock().now_us() - started_us));
    }
    ++report.unfinished;
  }

 private:
  Writer(Repository repository, int number) : repository_(std::move(repository)), number_(number) {}

  /// False where another writer was first. After an error nothing of ours landed: that is what is tested.
  Result<bool> try_once(int commit, Report& report) {
    VDP_ASSIGN(Session session, repository_.writable_session("main"));
    const zarr::Shape index{static_cast<std::uint64_t>(commit)};
    VDP_TRY(session.set_chunk(array_path(number_), index, chunk_value(number_, commit)));
    VDP_ASSIGN(const CommitOutcome outcome, session.commit(fmt::format("{}/{}", number_, commit)));
    if (const auto* unknown = std::get_if<CommitUnknown>(&outcome)) {
      ++report.unknown;
      return is_in_history(unknown->snapshot);
    }
    return std::holds_alternative<Committed>(outcome);
  }

  Result<bool> is_in_history(const SnapshotId& snapshot) {
    for (int attempt = 1;; ++attempt) {
      const auto history = repository_.history(Branch{"main"});
      if (history) return std::ranges::find(*history, snapshot, &SnapshotSummary::id) != history->end();
      if (attempt == max_attempts) return std::unexpected(history.error());
    }
  }

  Repository repository_;
  int number_;
  Contention contention_{system_random()};
};

Status create(const std::string& url, int writers, int commits) {
  VDP_ASSIGN(ObjectStorePtr store, open_store(url));
  VDP_ASSIGN(const Repository repository, Repository::create(std::move(store)));
  VDP_ASSIGN(Session session, repository.writable_session("main"));
  VDP_TRY(session.set_group("/", R"({"zarr_format": 3, "node_type": "group", "attributes": {}})"));
  for (int writer = 0; writer < writers; ++writer) {
    VDP_TRY(session.set_array(array_path(writer), array_json(commits)));
  }
  VDP_ASSIGN(const CommitOutcome outcome, session.commit("arrays"));
  if (!std::holds_alternative<Committed>(outcome)) return internal("the arrays could not be committed");
  return {};
}

/// The writers with numbers `first`, `first + step`, ..., one after the other.
void run_writers(const std::string& url, int first, int step, int writers, int commits, Report& report) {
  for (int number = first; number < writers; number += step) {
    Result<Writer> writer = Writer::open(url, number);
    if (!writer) {
      report.note(writer.error());
      report.unfinished += commits;
      continue;
    }
    for (int commit = 0; commit < commits; ++commit) writer->commit(commit, report);
  }
}

Json summary(const std::vector<Report>& reports, double wall_s) {
  Report all;
  for (const Report& report : reports) {
    all.attempts.insert(all.attempts.end(), report.attempts.begin(), report.attempts.end());
    all.commits_s.insert(all.commits_s.end(), report.commits_s.begin(), report.commits_s.end());
    for (const auto& [kind, count] : report.errors) all.errors[kind] += count;
    if (!report.last_error.empty()) all.last_error = report.last_error;
    all.unknown += report.unknown;
    all.unfinished += report.unfinished;
  }
  return {{"wall_s", wall_s},
          {"attempts", all.attempts},
          {"commits_s", all.commits_s},
          {"errors", all.errors},
          {"last_error", all.last_error},
          {"unknown", all.unknown},
          {"unfinished", all.unfinished}};
}

int make(const std::string& url, int writers, int commits) {
  const Status created = create(url, writers, commits);
  if (!created) std::cerr << created.error().text() << "\n";
  return created ? 0 : 3;
}

int join(const std::string& url, int writers, int commits, int writer) {
  std::vector<Report> reports(1);
  const auto start = SteadyClock::now();
  run_writers(url, writer, writers, writers, commits, reports[0]);
  std::cout << summary(reports, seconds_since(start)).dump() << "\n";
  return 0;
}

int run(const std::string& url, int writers, int commits, int threads) {
  if (const int made = make(url, writers, commits); made != 0) return made;
  std::vector<Report> reports(static_cast<std::size_t>(threads));
  const auto start = SteadyClock::now();
  {
    std::vector<std::jthread> running;
    for (int thread = 0; thread < threads; ++thread) {
      Report& report = reports[static_cast<std::size_t>(thread)];
      running.emplace_back([&, thread] { run_writers(url, thread, threads, writers, commits, report); });
    }
  }
  std::cout << summary(reports, seconds_since(start)).dump() << "\n";
  return 0;
}

}  // namespace
}  // namespace vdp::icechunk

int main(int count, char** arguments) {
  using namespace vdp::icechunk;
  const std::vector<std::string> words(arguments + 1, arguments + count);
  try {
    const auto number = [&](std::size_t at) { return std::stoi(words.at(at)); };
    if (count == 5 && words[0] == "make") return make(words[1], number(2), number(3));
    if (count == 6 && words[0] == "join") return join(words[1], number(2), number(3), number(4));
    if (count == 5) return run(words[0], number(1), number(2), number(3));
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 2;
  }
  std::cerr << "usage: vdp_icechunk_committers URL WRITERS COMMITS THREADS | make URL WRITERS COMMITS | "
               "join URL WRITERS COMMITS WRITER\n";
  return 2;
}
