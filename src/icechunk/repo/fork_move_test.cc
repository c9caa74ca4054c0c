// Forks of sessions that moved chunks along an axis: carried whole, merged where nobody else changed the array.
#include <map>

#include "icechunk/repo/fork.h"
#include "icechunk/repo/fork_file.h"
#include "icechunk/repo/fork_lies.h"
#include "icechunk/repo/repository_state.h"
#include "icechunk/repo/test_repository.h"
#include "icechunk/repo/transaction_logs.h"

namespace vdp::icechunk {
namespace {

using Edit = std::function<void(Session&)>;

/// The first byte of each chunk that is there.
using Row = std::map<std::uint64_t, int>;

/// The arrays /a and /b of eight chunks, of which the first four are there; two chunks a manifest.
Repository furnished() {
  RepositoryConfig config;
  config.set_manifest_splitting(ManifestSplitting({{{}, {{DimensionSplit::Kind::axis, 0, "", 2}}}}));
  Repository repository = new_repository(make_memory_store(), config);
  Session session = with_array(repository, int32_array({8}, {1}));
  EXPECT_OK(session.set_array("/b", int32_array({8}, {1})));
  for (std::uint8_t i = 0; i < 4; ++i) {
    for (const char* path : {"/a", "/b"}) EXPECT_OK(session.set_chunk(path, {i}, Bytes{i}));
  }
  commit(session, "furnished");
  return repository;
}

Row row(const Session& session, const std::string& path) {
  Row found;
  EXPECT_OK(session.for_each_ref(path, {{0}, {UINT32_MAX}},
                                 [&](const ChunkRefView& ref) { found[ref.index[0]] = ref.bytes[0]; }));
  return found;
}

/// What a worker in another process does: all goes through the files.
Fork worked(const Repository& repository, const Fork& fork, const Edit& edit) {
  Session worker = repository.forked_session(Fork::decode(fork.encode()).value()).value();
  edit(worker);
  return Fork::decode(worker.export_changes()->encode()).value();
}

Edit shift(const std::string& path, std::int64_t offset) {
  return [=](Session& session) { EXPECT_OK(session.shift_chunks(path, 0, offset)); };
}
Edit insert(const std::string& path, std::uint64_t at, std::uint64_t count) {
  return [=](Session& session) { EXPECT_OK(session.insert_chunks(path, 0, at, count)); };
}
Edit reindex(const std::string& path, std::vector<ChunkRun> runs) {
  return [=](Session& session) { EXPECT_OK(session.reindex_chunks(path, 0, runs)); };
}
Edit write(const std::string& path, std::uint64_t index, std::uint8_t value) {
  return [=](Session& session) { EXPECT_OK(session.set_chunk(path, {index}, Bytes{value})); };
}
Edit all(std::vector<Edit> edits) {
  return [=](Session& session) {
    for (const Edit& edit : edits) edit(session);
  };
}
Edit with_attribute(const std::string& path) {
  return [=](Session& session) {
    zarr::ArrayMetadata metadata = session.array_metadata(path).value();
    metadata.attributes = {{"k", 1}};
    EXPECT_OK(session.set_array(path, metadata));
  };
}
Edit remove(const std::string& path) {
  return [=](Session& session) { EXPECT_OK(session.delete_node(path)); };
}

/// The session does `before`, each worker its part of a fork of it; all is merged and committed.
struct Job {
  Status run(const Edit& before, const std::vector<Edit>& workers) {
    Session session = open_main(repository);
    before(session);
    const Fork fork = session.fork().value();
    for (const Edit& edit : workers) VDP_TRY(session.merge(worked(repository, fork, edit)));
    snapshot = commit(session, "merged");
    return {};
  }
  Row a() const { return row(open_main(repository), "/a"); }

  Repository repository = furnished();
  SnapshotId snapshot;
};

const Edit nothing = [](Session&) {};

TEST(ForkOfMoves, AWorkersMoveIsMerged) {
  Job job;
  EXPECT_OK(job.run(nothing, {all({write("/a", 7, 70), shift("/a", 1), write("/a", 0, 50)}), write("/b", 5, 60)}));
  EXPECT_EQ(job.a(), (Row{{0, 50}, {1, 0}, {2, 1}, {3, 2}, {4, 3}}));
  EXPECT_EQ(row(open_main(job.repository), "/b").at(5), 60);
  const TransactionLog log = load_transaction_log(job.repository.store(), job.snapshot).value();
  EXPECT_TRUE(log.updated_arrays.empty());
  ASSERT_EQ(log.updated_chunks.size(), 2u);
  EXPECT_EQ(log.updated_chunks[0].count + log.updated_chunks[1].count, 5u + 1u) << "0 to 4 of /a, 5 of /b";
}

TEST(ForkOfMoves, InsertionMakesTheArrayLonger) {
  Job job;
  EXPECT_OK(job.run(nothing, {all({insert("/a", 1, 2), write("/a", 1, 50)}), write("/b", 5, 60)}));
  EXPECT_EQ(job.a(), (Row{{0, 0}, {1, 50}, {3, 1}, {4, 2}, {5, 3}}));
  EXPECT_EQ(open_main(job.repository).array_metadata("/a")->shape, (zarr::Shape{10}));
}

TEST(ForkOfMoves, WorkersFillWhatTheSessionMadeRoomFor) {
  Job job;
  EXPECT_OK(job.run(insert("/a", 1, 2), {write("/a", 1, 50), write("/a", 2, 60)}));
  EXPECT_EQ(job.a(), (Row{{0, 0}, {1, 50}, {2, 60}, {3, 1}, {4, 2}, {5, 3}}));
  Job shifted;
  EXPECT_OK(shifted.run(shift("/a", -1), {write("/a", 3, 50), nothing, write("/a", 4, 60)}));
  EXPECT_EQ(shifted.a(), (Row{{0, 1}, {1, 2}, {2, 3}, {3, 50}, {4, 60}}));
}

TEST(ForkOfMoves, NotInANewArray) {
  const Repository repository = furnished();
  Session session = open_main(repository);
  EXPECT_OK(session.set_array("/n", int32_array({8}, {1})));
  write("/n", 0, 9)(session);
  const Fork fork = session.fork().value();
  const Fork changes = worked(repository, fork, write("/n", 1, 8));
  Session worker = repository.forked_session(fork).value();
  shift("/n", 2)(worker);
  EXPECT_EQ(worker.export_changes().error().kind, ErrorKind::unsupported);
  shift("/n", 2)(session);
  EXPECT_EQ(session.fork().error().kind, ErrorKind::unsupported);
  EXPECT_EQ(session.merge(changes).error().kind, ErrorKind::conflict);
  commit(session);
  EXPECT_EQ(row(open_main(repository), "/n"), (Row{{2, 9}}));
}

TEST(ForkOfMoves, MergesOfMergesKeepThem) {
  Job job;
  Session session = open_main(job.repository);
  const Fork fork = session.fork().value();
  const Fork inner = worked(job.repository, fork, shift("/a", 1));
  const Fork outer = worked(job.repository, fork, [&](Session& worker) {
    EXPECT_OK(worker.merge(inner));
    write("/a", 0, 50)(worker);
  });
  EXPECT_OK(session.merge(outer));
  // What it has already is done once.
  EXPECT_OK(session.merge(outer));
  commit(session);
  EXPECT_EQ(job.a(), (Row{{0, 50}, {1, 0}, {2, 1}, {3, 2}, {4, 3}}));
}

TEST(ForkOfMoves, OverlapsAreToldByName) {
  struct Case {
    Edit before;
    Edit one;
    Edit two;
  };
  const std::vector<Case> cases = {
      {nothing, shift("/a", 1), shift("/a", 1)},
      {nothing, shift("/a", 1), shift("/a", 2)},
      {nothing, shift("/a", 1), write("/a", 6, 1)},
      {nothing, write("/a", 6, 1), shift("/a", 1)},
      {nothing, insert("/a", 1, 1), write("/a", 6, 1)},
      {nothing, write("/a", 6, 1), insert("/a", 1, 1)},
      {nothing, insert("/a", 1, 1), insert("/a", 1, 1)},
      {nothing, shift("/a", 1), with_attribute("/a")},
      {nothing, with_attribute("/a"), shift("/a", 1)},
      {nothing, shift("/a", 1), remove("/a")},
      {nothing, remove("/a"), shift("/a", 1)},
      {shift("/a", 1), nothing, shift("/a", 1)},
      // No reference of a manifest moves: what is told of it is in no manifest.
      {all({write("/a", 6, 1), shift("/a", 1)}), nothing, reindex("/a", {{0, 7, 0}})},
      {all({write("/a", 6, 1), shift("/a", 1)}), nothing, reindex("/a", {{0, 6, 0}, {7, 1, 6}})},
      {shift("/a", 1), write("/a", 6, 1), shift("/a", 1)},
      {write("/a", 6, 1), nothing, shift("/a", 1)},
      {shift("/a", 1), write("/a", 6, 1), write("/a", 6, 2)},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    Job job;
    const Row before = job.a();
    const Status status = job.run(cases[i].before, {cases[i].one, cases[i].two});
    ASSERT_FALSE(status) << "case " << i;
    EXPECT_EQ(status.error().kind, ErrorKind::conflict) << "case " << i;
    EXPECT_NE(status.error().text().find("/a"), std::string::npos) << status.error().text();
    EXPECT_EQ(job.a(), before);
  }
}

/// One whose array /a moved, and had a chunk written afterwards.
Fork moved_fork(const Repository& repository) {
  Session session = open_main(repository);
  all({insert("/a", 1, 2), write("/a", 1, 50), shift("/b", 1)})(session);
  return session.fork().value();
}

TEST(ForkOfMoves, TheFileIsTheSameAfterwards) {
  const Fork fork = moved_fork(furnished());
  ASSERT_EQ(fork.content().remapped.size(), 2u);
  EXPECT_EQ(fork.content().nodes.size(), 1u) << "of /b nothing but the manifests is another";
  const Bytes file = fork.encode();
  EXPECT_EQ(Fork::decode(file)->encode(), file);
  for (std::size_t at = fork_header_size; at < file.size(); ++at) {
    EXPECT_FALSE(Fork::decode(seal_fork_payload(ByteView(file).subspan(fork_header_size, at - fork_header_size))));
  }
}

TEST(ForkOfMoves, MustFitItsBase) {
  const Repository repository = furnished();
  const auto base = repository.state().load_snapshot(open_main(repository).base()).value();
  const ForkContent good = moved_fork(repository).content();
  const auto first = [](ForkContent& fork) -> ForkContent::Remapped& { return fork.remapped[0]; };
  const std::vector<std::function<void(ForkContent&)>> lies = {
      [&](ForkContent& fork) { first(fork).array.bytes[0] ^= 1; },          // of an array that is not there
      [&](ForkContent& fork) { first(fork).array = base->find("/")->id; },  // of a group
      [&](ForkContent& fork) { first(fork).moved = RefTable(2); },          // of another rank
      [&](ForkContent& fork) {                                              // neither new nor the array's
        for (ForkContent::Manifest& manifest : first(fork).manifests) manifest.entry.reset();
        first(fork).manifests[0].ref.id.bytes[0] ^= 1;
      },
      [&](ForkContent& fork) { first(fork).manifests.push_back(first(fork).manifests.back()); },  // twice
      [&](ForkContent& fork) {  // as new, one that the base has
        first(fork).manifests[0].ref.id = base->manifests[0].id;
        first(fork).manifests[0].entry = ManifestFile{base->manifests[0].id, 1, 1, {}};
      },
  };
  expect_lies_are_refused(*base, good, lies);
}

}  // namespace
}  // namespace vdp::icechunk
