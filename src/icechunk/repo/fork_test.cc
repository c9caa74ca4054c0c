// Forks: what a worker writes comes back whole, overlaps are told, and no damaged file gets in.
#include "icechunk/repo/fork.h"

#include <random>

#include "icechunk/repo/fork_fuzz_body.h"
#include "icechunk/repo/fork_lies.h"
#include "icechunk/repo/repository_state.h"
#include "icechunk/repo/test_repository.h"

namespace vdp::icechunk {
namespace {

const std::string group = zarr::zarr_json_group(Json::object());

/// "/", the group /g, the arrays /a and /b of eight chunks, of which the first four are there.
Repository furnished(const ObjectStorePtr& store = make_memory_store()) {
  Repository repository = new_repository(store);
  Session session = open_main(repository);
  EXPECT_OK(session.set_group("/", group));
  EXPECT_OK(session.set_group("/g", group));
  for (const char* path : {"/a", "/b"}) {
    EXPECT_OK(session.set_array(path, int32_array({8}, {1})));
    for (std::uint64_t i = 0; i < 4; ++i) EXPECT_OK(session.set_chunk(path, {i}, Bytes{1}));
  }
  commit(session, "furnished");
  return repository;
}

using Edit = std::function<void(Session&)>;

/// What a worker in another process does: all goes through the files.
Fork worked(const Repository& repository, const Fork& fork, const Edit& edit) {
  Session worker = repository.forked_session(Fork::decode(fork.encode()).value()).value();
  edit(worker);
  const Fork changes = worker.export_changes().value();
  return Fork::decode(changes.encode()).value();
}

Edit write(const std::string& path, zarr::Shape index, Bytes bytes = {9}) {
  return [=](Session& session) { EXPECT_OK(session.set_chunk(path, index, bytes)); };
}
Edit remove(const std::string& path) {
  return [=](Session& session) { EXPECT_OK(session.delete_node(path)); };
}
Edit make_group(const std::string& path, const Json& attributes = Json::object()) {
  return [=](Session& session) { EXPECT_OK(session.set_group(path, zarr::zarr_json_group(attributes))); };
}
Edit make_array(const std::string& path, zarr::Shape shape = {8}, const Json& attributes = Json::object()) {
  return [=](Session& session) {
    zarr::ArrayMetadata metadata = int32_array(shape, {1});
    metadata.attributes = attributes;
    EXPECT_OK(session.set_array(path, metadata));
  };
}
Edit all(std::vector<Edit> edits) {
  return [=](Session& session) {
    for (const Edit& edit : edits) edit(session);
  };
}

/// Both are forks of one session, merged into it.
Status merged(const Edit& one, const Edit& two, Session* committed = nullptr) {
  const Repository repository = furnished();
  Session session = open_main(repository);
  const Fork fork = session.fork().value();
  EXPECT_OK(session.merge(worked(repository, fork, one)));
  const auto before = session.nodes().size();
  const Status status = session.merge(worked(repository, fork, two));
  if (!status) {
    EXPECT_EQ(session.nodes().size(), before);
    return status;
  }
  commit(session, "merged");
  if (committed != nullptr) *committed = open_main(repository);
  return status;
}

TEST(Fork, WorkersWriteBesideEachOther) {
  const Repository repository = furnished();
  Session session = open_main(repository);
  const Fork fork = session.fork().value();
  const Bytes large(2000, 7);
  EXPECT_OK(session.merge(worked(repository, fork, write("/a", {0}, large))));
  EXPECT_OK(session.merge(
      worked(repository, fork, all({write("/a", {1}), write("/b", {7}), make_array("/g/n"), write("/g/n", {2})}))));
  const Fork third = worked(repository, fork, [](Session& worker) {
    EXPECT_OK(worker.set_refs("/b", steps({2}, "s3://bucket/file"), {4}));
    EXPECT_OK(worker.delete_chunk("/a", {3}));
  });
  EXPECT_OK(session.merge(third));
  commit(session, "merged");
  const Session reader = open_main(repository);
  EXPECT_EQ(*reader.read_chunk("/a", {0}).value(), large);
  EXPECT_EQ(*reader.read_chunk("/a", {1}).value(), Bytes{9});
  EXPECT_EQ(*reader.read_chunk("/a", {2}).value(), Bytes{1});
  EXPECT_EQ(reader.read_chunk("/a", {3}).value(), std::nullopt);
  EXPECT_EQ(*reader.read_chunk("/g/n", {2}).value(), Bytes{9});
  const auto virtual_ref = std::get<VirtualChunk>(*reader.chunk_ref("/b", {5}).value());
  EXPECT_EQ(virtual_ref.location.url, "s3://bucket/file");
  EXPECT_EQ(virtual_ref.location.etag, "etag");
  EXPECT_EQ(virtual_ref.offset, 10u);
  EXPECT_EQ(repository.history(Branch{"main"}).value().size(), 3u);
}

TEST(Fork, TakesWhatWasNotCommittedAlong) {
  const Repository repository = furnished();
  Session session = open_main(repository);
  all({make_array("/n"), write("/n", {0}), write("/a", {0}), remove("/b")})(session);
  const Fork fork = session.fork().value();
  EXPECT_OK(session.merge(worked(repository, fork, write("/n", {1}, {5}))));
  EXPECT_OK(session.merge(worked(repository, fork, write("/n", {2}, {6}))));
  commit(session, "merged");
  const Session reader = open_main(repository);
  for (const auto& [index, value] : std::map<std::uint64_t, std::uint8_t>{{0, 9}, {1, 5}, {2, 6}}) {
    EXPECT_EQ(*reader.read_chunk("/n", {index}).value(), Bytes{value});
  }
  EXPECT_EQ(reader.kind("/b"), std::nullopt);
  // That it is gone again could not be told.
  Session worker = repository.forked_session(fork).value();
  EXPECT_EQ(worker.delete_node("/n").error().kind, ErrorKind::invalid);
}

TEST(Fork, WhatBothDidAlikeIsDoneOnce) {
  EXPECT_OK(merged(make_group("/n"), all({make_group("/n"), make_array("/n/x")})));
  EXPECT_OK(merged(remove("/a"), remove("/a")));
  EXPECT_OK(merged(write("/a", {1}), write("/a", {1})));
  EXPECT_OK(merged(make_array("/a", {9}), make_array("/a", {9})));
  Session reader = open_main(furnished());
  EXPECT_OK(
      merged(all({make_array("/n"), write("/n", {0}, {4})}), all({make_array("/n"), write("/n", {1}, {5})}), &reader));
  EXPECT_EQ(*reader.read_chunk("/n", {0}).value(), Bytes{4});
  EXPECT_EQ(*reader.read_chunk("/n", {1}).value(), Bytes{5});
  EXPECT_EQ(reader.read_chunk("/n", {2}).value(), std::nullopt);
}

TEST(Fork, OverlapsAreToldByName) {
  struct Case {
    Edit one;
    Edit two;
    const char* named;
  };
  const std::vector<Case> cases = {
      {make_array("/n"), make_array("/n", {9}), "/n"},
      {make_group("/n"), make_array("/n"), "/n"},
      {make_group("/g", {{"k", 1}}), make_group("/g", {{"k", 2}}), "/g"},
      {make_array("/a", {9}), make_array("/a", {10}), "/a"},
      {remove("/a"), make_array("/a", {9}), "/a"},
      {make_array("/a", {9}), remove("/a"), "/a"},
      {remove("/a"), write("/a", {1}), "/a"},
      {write("/a", {1}), remove("/a"), "/a"},
      {remove("/g"), make_array("/g/n"), "/g/n"},
      {make_array("/g/n"), remove("/g"), "/g/n"},
      {all({remove("/g"), make_group("/g", {{"k", 1}})}), make_array("/g/n"), "/g/n"},
      {all({remove("/a"), make_array("/a", {3})}), write("/a", {1}), "/a"},
      {write("/a", {1}, {4}), write("/a", {1}, {5}), "/a: chunks [1]"},
      {write("/a", {1}, Bytes(2000, 1)), write("/a", {1}, Bytes(2000, 1)), "/a: chunks [1]"},
      {write("/a", {3}), make_array("/a", {2}), "chunk [3]"},
      {make_array("/a", {2}), write("/a", {3}), "chunk [3]"},
      {all({make_array("/n"), write("/n", {1}, {4})}), all({make_array("/n"), write("/n", {1}, {5})}),
       "/n: chunks [1]"},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Status status = merged(cases[i].one, cases[i].two);
    ASSERT_FALSE(status) << "case " << i;
    EXPECT_EQ(status.error().kind, ErrorKind::conflict) << "case " << i;
    EXPECT_NE(status.error().text().find(cases[i].named), std::string::npos) << status.error().text();
  }
}

TEST(Fork, AForkMayMergeForks) {
  const Repository repository = furnished();
  Session session = open_main(repository);
  const Fork fork = session.fork().value();
  const Fork left = worked(repository, fork, write("/a", {0}));
  const Fork both = worked(repository, fork, [&](Session& worker) {
    EXPECT_OK(worker.set_chunk("/a", {1}, Bytes{9}));
    EXPECT_OK(worker.merge(left));
  });
  EXPECT_OK(session.merge(both));
  commit(session);
  EXPECT_EQ(*open_main(repository).read_chunk("/a", {0}).value(), Bytes{9});
  EXPECT_EQ(*open_main(repository).read_chunk("/a", {1}).value(), Bytes{9});
}

TEST(Fork, ItsSessionDoesNotCommit) {
  const Repository repository = furnished();
  Session worker = repository.forked_session(open_main(repository).fork().value()).value();
  write("/a", {0})(worker);
  EXPECT_EQ(worker.commit("x").error().kind, ErrorKind::denied);
  EXPECT_EQ(worker.amend("x").error().kind, ErrorKind::denied);
  EXPECT_EQ(worker.flush("x").error().kind, ErrorKind::denied);
  EXPECT_EQ(worker.rebase(ConflictDetector()).error().kind, ErrorKind::denied);
  EXPECT_EQ(worker.branch(), std::nullopt);
  EXPECT_EQ(repository.readonly_session(Branch{"main"})->fork().error().kind, ErrorKind::denied);
}

TEST(Fork, ForeignOnesAreRefused) {
  const Repository repository = furnished();
  Session session = open_main(repository);
  const Fork fork = session.fork().value();
  // Another repository.
  const Repository other = furnished();
  EXPECT_EQ(other.forked_session(fork).error().kind, ErrorKind::not_found);
  EXPECT_EQ(open_main(other).merge(fork).error().kind, ErrorKind::invalid);
  // Another repository with a base of the same id: every first snapshot has it.
  ManualClock clock(1'700'000'000'000'000);
  const Repository first = Repository::create(make_memory_store(), {}, {.clock = &clock}).value();
  clock.sleep_us(1);
  const Repository second = Repository::create(make_memory_store(), {}, {.clock = &clock}).value();
  const Fork of_first = open_main(first).fork().value();
  EXPECT_EQ(second.forked_session(of_first).error().kind, ErrorKind::invalid);
  EXPECT_EQ(open_main(second).merge(of_first).error().kind, ErrorKind::invalid);
  EXPECT_OK(open_main(first).merge(of_first));
  // Another base.
  const Fork changes = worked(repository, fork, write("/a", {0}));
  write("/b", {0})(session);
  commit(session);
  const Status status = session.merge(changes);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::invalid);
}

/// One with all kinds of content.
Fork rich(const Repository& repository) {
  Session session = open_main(repository);
  return worked(repository, session.fork().value(), [](Session& worker) {
    all({make_array("/n"), write("/n", {0}), make_array("/a", {9}), write("/a", {1}, Bytes(2000, 3)), remove("/g")})(
        worker);
    EXPECT_OK(worker.shift_chunks("/b", 0, 1));
    EXPECT_OK(worker.set_refs("/b", steps({2}, "s3://bucket/file"), {4}));
    EXPECT_OK(worker.delete_chunk("/b", {0}));
  });
}

TEST(ForkFile, IsTheSameAfterwards) {
  const Fork fork = rich(furnished());
  const Bytes file = fork.encode();
  EXPECT_EQ(Fork::decode(file)->encode(), file);
  EXPECT_EQ(fork.content().nodes.size(), 2u);
  EXPECT_EQ(fork.content().deletions.size(), 1u);
  EXPECT_EQ(fork.content().chunks.size(), 3u);
  EXPECT_EQ(fork.content().remapped.size(), 1u);
}

TEST(ForkFile, NoDamagedOneIsTaken) {
  const Bytes file = rich(furnished()).encode();
  std::mt19937 engine(20261123);
  int cases = 0;
  for (; cases < 200; ++cases) {
    Bytes damaged = file;
    damaged[engine() % damaged.size()] ^= static_cast<std::uint8_t>(1 + engine() % 255);
    ASSERT_FALSE(Fork::decode(damaged)) << cases;
  }
  for (std::size_t size = 0; size < file.size(); size += 1 + size / 50, ++cases) {
    ASSERT_FALSE(Fork::decode(ByteView(file).first(size))) << size;
  }
  Bytes longer = file;
  longer.push_back(0);
  EXPECT_FALSE(Fork::decode(longer));
  Bytes newer = file;
  newer[8] = 3;
  EXPECT_EQ(Fork::decode(newer).error().kind, ErrorKind::unsupported);
  std::cout << "seed 20261123, " << cases + 2 << " cases\n";
}

TEST(ForkFile, OneWithARightHashIsStillNotTrusted) {
  const Repository repository = furnished();
  const Bytes file = rich(repository).encode();
  const Session session = open_main(repository);
  const auto base = repository.state().load_snapshot(session.base()).value();
  std::mt19937 engine(20261124);
  int refused = 0;
  constexpr int cases = 3000;
  for (int i = 0; i < cases; ++i) {
    Bytes data(file.begin() + fork_header_size - 1, file.end());
    data[0] = 1;
    const int changes = 1 + static_cast<int>(engine() % 3);
    for (int change = 0; change < changes; ++change) {
      const std::size_t at = 1 + engine() % (data.size() - 1);
      switch (engine() % 4) {
        case 0:
          data[at] = static_cast<std::uint8_t>(engine());
          break;
        case 1:
          data[at] = engine() % 2 == 0 ? 0xff : 0;
          break;
        case 2:
          data.erase(data.begin() + static_cast<std::ptrdiff_t>(at));
          break;
        default:
          data.insert(data.begin() + static_cast<std::ptrdiff_t>(at), static_cast<std::uint8_t>(engine()));
          break;
      }
    }
    ASSERT_TRUE(fuzz_fork(data, *base)) << i;
    refused += Fork::decode(seal_fork_payload(ByteView(data).subspan(1))) ? 0 : 1;
  }
  std::cout << "seed 20261124, " << cases << " cases, " << refused << " refused by the decoder\n";
  EXPECT_GT(refused, cases / 4);
}

TEST(ForkFile, CountsAreNotBelieved) {
  // A payload that promises 2^32 - 1 nodes, or 2^64 - 1 chunks, and has none.
  Bytes payload(64, '0');
  payload.resize(76);
  payload.insert(payload.end(), 4, 0xff);
  EXPECT_FALSE(Fork::decode(seal_fork_payload(payload)));
  payload.resize(76);
  payload.insert(payload.end(), 8, 0);
  payload.insert(payload.end(), {1, 0, 0, 0});
  payload.insert(payload.end(), 8, 7);  // array
  payload.push_back(0);                 // rank
  payload.insert(payload.end(), 4, 0);  // locations
  payload.insert(payload.end(), 8, 0xff);
  EXPECT_FALSE(Fork::decode(seal_fork_payload(payload)));
}

TEST(ForkFile, MustFitItsBase) {
  const Repository repository = furnished();
  const Session session = open_main(repository);
  const auto base = repository.state().load_snapshot(session.base()).value();
  const ForkContent good = rich(repository).content();
  const NodeId taken = base->find("/b")->id;
  const std::vector<std::function<void(ForkContent&)>> lies = {
      [&](ForkContent& fork) { fork.nodes[1].id = taken; },          // a new node with an id that is taken
      [](ForkContent& fork) { fork.nodes[1].path = "/none/n"; },     // in no group
      [](ForkContent& fork) { fork.nodes[1].path = "/b"; },          // where there is one
      [](ForkContent& fork) { fork.nodes[1].path = "/b/n"; },        // in an array
      [](ForkContent& fork) { fork.nodes[0].is_new = true; },        // an old one as new
      [](ForkContent& fork) { fork.nodes[1].is_new = false; },       // a new one as old
      [](ForkContent& fork) { fork.deletions[0].path = "/"; },       // another node's path
      [](ForkContent& fork) { fork.deletions[0].is_array = true; },  // another kind
      [&](ForkContent& fork) { fork.deletions[0] = {base->find("/")->id, "/", false}; },  // and not what is in it
      [](ForkContent& fork) { fork.chunks[0].array.bytes[0] ^= 1; },              // of an array that is not there
      [&](ForkContent& fork) { fork.deletions.push_back({taken, "/b", true}); },  // of one that it deletes
      [](ForkContent& fork) {                                                     // outside the grid
        const std::vector<std::uint32_t> outside{100};
        fork.chunks[0].refs.append_inline(outside, Bytes{1});
      },
      [](ForkContent& fork) { fork.chunks[0].refs = RefTable(2); },  // of another rank
      [](ForkContent& fork) { fork.nodes[0].zarr_json = zarr::zarr_json(int32_array({9, 9}, {1, 1})); },
  };
  expect_lies_are_refused(*base, good, lies);
}

}  // namespace
}  // namespace vdp::icechunk
