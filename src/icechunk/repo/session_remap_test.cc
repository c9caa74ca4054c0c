// Chunks that move along an axis, held against a model: a map from indices to values.
#include <fmt/format.h>

#include <map>
#include <random>

#include "icechunk/format/transaction_log.h"
#include "icechunk/repo/manifest_extents.h"
#include "icechunk/repo/object_keys.h"
#include "icechunk/repo/repository_state.h"
#include "icechunk/repo/session.h"
#include "icechunk/repo/test_repository.h"

namespace vdp::icechunk {
namespace {

using Index = std::vector<std::uint64_t>;
using Model = std::map<Index, int>;

/// Moves the model as `to` says; nothing drops.
Model moved(const Model& model, std::size_t axis, const std::function<std::optional<std::int64_t>(std::int64_t)>& to,
            std::int64_t grid) {
  Model result;
  for (const auto& [index, value] : model) {
    const auto target = to(static_cast<std::int64_t>(index[axis]));
    if (!target || *target < 0 || *target >= grid) continue;
    Index at = index;
    at[axis] = static_cast<std::uint64_t>(*target);
    result[at] = value;
  }
  return result;
}

/// The values of all references; native chunks are read, of the others the reference tells.
Model seen(const Session& session) {
  Model found;
  EXPECT_OK(session.for_each_ref("/a", {{0, 0}, {UINT32_MAX, UINT32_MAX}}, [&](const ChunkRefView& ref) {
    const Index index(ref.index.begin(), ref.index.end());
    int value = -1;
    if (ref.kind == ChunkRefKind::virtual_) value = static_cast<int>(ref.offset);
    if (ref.kind == ChunkRefKind::inlined) value = ref.bytes[0];
    if (ref.kind == ChunkRefKind::native) value = session.read_chunk("/a", index).value()->at(0);
    found[index] = value;
  }));
  for (const auto& [index, value] : found) EXPECT_TRUE(session.chunk_ref("/a", index).value());
  return found;
}

class Subject {
 public:
  Subject(std::uint32_t rows_per_cell, std::uint32_t columns_per_cell) {
    RepositoryConfig config;
    config.set_manifest_splitting(ManifestSplitting({{{},
                                                      {{DimensionSplit::Kind::axis, 0, "", rows_per_cell},
                                                       {DimensionSplit::Kind::axis, 1, "", columns_per_cell}}}}));
    repository.emplace(new_repository(store, config));
    session.emplace(with_array(*repository, int32_array({24, 9}, {2, 1})));
  }

  void set(const Index& index, int value) {
    model[index] = value;
    if (value % 3 == 0) {
      EXPECT_OK(session->set_chunk("/a", index, Bytes(8, static_cast<std::uint8_t>(value))));
    } else if (value % 3 == 1) {
      EXPECT_OK(session->set_chunk("/a", index, Bytes(2000, static_cast<std::uint8_t>(value))));
    } else {
      ChunkManifest manifest({1, 1});
      const auto location = manifest.add_location({fmt::format("s3://b/{}", value), "e", 0});
      manifest.set_virtual(0, {location, static_cast<std::uint64_t>(value), 8});
      EXPECT_OK(session->set_refs("/a", manifest, index));
    }
  }
  void remove(const Index& index) {
    model.erase(index);
    EXPECT_OK(session->delete_chunk("/a", index));
  }
  std::int64_t grid(std::size_t axis) const {
    return static_cast<std::int64_t>(session->array_metadata("/a")->grid_shape()[axis]);
  }

  ObjectStorePtr store = make_memory_store();
  std::optional<Repository> repository;
  std::optional<Session> session;
  Model model;
};

/// Extents hold their references, and no two overlap: else readers miss chunks.
void expect_sound_manifests(const Subject& subject, const SnapshotId& id) {
  const auto snapshot = subject.repository->state().load_snapshot(id).value();
  const std::vector<ManifestRef>& manifests = snapshot->find("/a")->array->manifests;
  for (std::size_t i = 0; i < manifests.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      EXPECT_FALSE(intersection(extents_box(manifests[i]), extents_box(manifests[k])));
    }
  }
}

std::set<Index> logged(const Subject& subject, const SnapshotId& id) {
  const auto log = decode_transaction_log(subject.store->get(transaction_log_key(id))->bytes).value();
  EXPECT_LE(log.updated_chunks.size(), 1u);
  std::set<Index> indices;
  if (log.updated_chunks.empty()) return indices;
  const UpdatedChunks& updated = log.updated_chunks[0];
  for (std::size_t i = 0; i < updated.count; ++i) indices.insert({updated.indices[2 * i], updated.indices[2 * i + 1]});
  EXPECT_EQ(indices.size(), updated.count) << "an index twice";
  return indices;
}

/// Whatever differs must be in the log, and what is in the log was there before or is there now.
void expect_true_log(const Subject& subject, const SnapshotId& id, const Model& before) {
  const std::set<Index> indices = logged(subject, id);
  for (const auto* models : {&before, &subject.model}) {
    const Model& other = models == &before ? subject.model : before;
    for (const auto& [index, value] : *models) {
      const auto found = other.find(index);
      const bool differs = found == other.end() || found->second != value;
      EXPECT_TRUE(!differs || indices.contains(index));
    }
  }
}

class Moves {
 public:
  explicit Moves(std::uint32_t seed) : random_(seed), subject_(1 + pick(6), 1 + pick(9)) {}

  void run(int steps) {
    Model committed;
    for (int step = 0; step < steps; ++step) {
      SCOPED_TRACE(fmt::format("step {}", step));
      change();
      ASSERT_EQ(seen(*subject_.session), subject_.model);
      if (pick(3) != 0) continue;
      const auto outcome = subject_.session->commit("moved");
      ASSERT_TRUE(outcome);
      if (const auto* done = std::get_if<Committed>(&*outcome)) {
        expect_sound_manifests(subject_, done->snapshot);
        expect_true_log(subject_, done->snapshot, committed);
        ASSERT_EQ(seen(*subject_.repository->readonly_session(Branch{"main"})), subject_.model);
      }
      committed = subject_.model;
    }
  }

 private:
  std::uint32_t pick(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }
  Index any_index() {
    return {pick(static_cast<std::uint32_t>(subject_.grid(0))), pick(static_cast<std::uint32_t>(subject_.grid(1)))};
  }

  void change() {
    const std::size_t axis = pick(2);
    const std::int64_t grid = subject_.grid(axis);
    switch (pick(6)) {
      case 0:
        return subject_.remove(any_index());
      case 1:
        return shift(axis, grid);
      case 2:
        if (grid < 40) return insert(axis, grid);
        return shift(axis, grid);
      case 3:
        return swap(axis, grid);
      default:
        for (int i = 0; i < 10; ++i) subject_.set(any_index(), static_cast<int>(pick(200)));
    }
  }
  void shift(std::size_t axis, std::int64_t grid) {
    const std::int64_t offset = static_cast<std::int64_t>(pick(7)) - 3;
    EXPECT_OK(subject_.session->shift_chunks("/a", axis, offset));
    subject_.model = moved(subject_.model, axis, [&](std::int64_t i) { return i + offset; }, grid);
  }
  void insert(std::size_t axis, std::int64_t grid) {
    const std::int64_t at = pick(static_cast<std::uint32_t>(grid) + 1);
    const std::int64_t count = pick(3);
    EXPECT_OK(
        subject_.session->insert_chunks("/a", axis, static_cast<std::uint64_t>(at), static_cast<std::uint64_t>(count)));
    subject_.model = moved(subject_.model, axis, [&](std::int64_t i) { return i < at ? i : i + count; }, grid + count);
    ASSERT_EQ(subject_.grid(axis), grid + count);
  }
  /// The first `half` chunks come last, and the last chunk goes.
  void swap(std::size_t axis, std::int64_t grid) {
    const std::int64_t half = grid / 2;
    const std::int64_t rest = grid - half - 1;
    EXPECT_OK(
        subject_.session->reindex_chunks("/a", axis,
                                         {{0, static_cast<std::uint64_t>(half), static_cast<std::uint64_t>(rest)},
                                          {static_cast<std::uint64_t>(half), static_cast<std::uint64_t>(rest), 0}}));
    const auto to = [&](std::int64_t i) -> std::optional<std::int64_t> {
      if (i == grid - 1) return std::nullopt;
      return i < half ? i + rest : i - half;
    };
    subject_.model = moved(subject_.model, axis, to, grid);
  }

  std::mt19937 random_;
  Subject subject_;
};

TEST(SessionRemap, FollowsAModel) {
  constexpr std::uint32_t cases = 40;
  for (std::uint32_t seed = 1; seed <= cases; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Moves(seed).run(40);
    if (::testing::Test::HasFailure()) return;
  }
  fmt::print("seeds 1 to {}, 40 steps each\n", cases);
}

TEST(SessionRemap, LeavesChunksAndManifestsBeforeTheInsertionAlone) {
  Subject subject(4, 100);
  for (std::uint64_t row = 0; row < 12; ++row) subject.set({row, 0}, static_cast<int>(3 * row + 1));
  commit(*subject.session);
  const auto before = subject.repository->state().load_snapshot(subject.session->base()).value();
  const std::size_t chunks = count_objects(*subject.store, "chunks/");
  ASSERT_EQ(chunks, 12u);
  ASSERT_EQ(before->find("/a")->array->manifests.size(), 3u);

  EXPECT_OK(subject.session->insert_chunks("/a", 0, 9, 1));
  EXPECT_EQ(subject.session->chunk_ref("/a", {9, 0}).value(), std::nullopt);
  EXPECT_EQ(subject.session->array_metadata("/a")->shape, (zarr::Shape{26, 9}));
  const SnapshotId id = commit(*subject.session);
  EXPECT_EQ(count_objects(*subject.store, "chunks/"), chunks);
  const auto after = subject.repository->state().load_snapshot(id).value();
  const auto& manifests = after->find("/a")->array->manifests;
  ASSERT_EQ(manifests.size(), 4u);
  for (std::size_t i : {0, 1}) EXPECT_EQ(manifests[i], before->find("/a")->array->manifests[i]);
  EXPECT_EQ(after->manifests.size(), 4u);
  const std::set<Index> expected = {{9, 0}, {10, 0}, {11, 0}, {12, 0}};
  EXPECT_EQ(logged(subject, id), expected);
}

TEST(SessionRemap, AShiftAloneIsNoChangeOfMetadata) {
  Subject subject(4, 100);
  subject.set({0, 0}, 1);
  commit(*subject.session);
  EXPECT_OK(subject.session->shift_chunks("/a", 0, 1));
  EXPECT_TRUE(subject.session->has_changes());
  const SnapshotId id = commit(*subject.session);
  const auto log = decode_transaction_log(subject.store->get(transaction_log_key(id))->bytes).value();
  EXPECT_TRUE(log.updated_arrays.empty());
  EXPECT_EQ(logged(subject, id), (std::set<Index>{{0, 0}, {1, 0}}));
  // Nothing to move is nothing to commit.
  EXPECT_OK(subject.session->shift_chunks("/a", 1, 0));
  EXPECT_OK(subject.session->reindex_chunks("/a", 0, {{1, 1, 1}}));
  EXPECT_FALSE(subject.session->has_changes());
}

TEST(SessionRemap, RefusesWhatCannotBe) {
  Subject subject(4, 100);
  EXPECT_EQ(subject.session->shift_chunks("/b", 0, 1).error().kind, ErrorKind::not_found);
  EXPECT_EQ(subject.session->shift_chunks("/", 0, 1).error().kind, ErrorKind::invalid);
  EXPECT_EQ(subject.session->shift_chunks("/a", 2, 1).error().kind, ErrorKind::invalid);
  EXPECT_EQ(subject.session->insert_chunks("/a", 0, 13, 1).error().kind, ErrorKind::invalid);
  EXPECT_EQ(subject.session->insert_chunks("/a", 0, 0, UINT64_MAX).error().kind, ErrorKind::limit);
  EXPECT_EQ(subject.session->insert_chunks("/a", 0, 0, UINT32_MAX).error().kind, ErrorKind::limit);
  EXPECT_EQ(subject.session->reindex_chunks("/a", 0, {{0, 2, 0}, {4, 1, 1}}).error().kind, ErrorKind::invalid);
  // The last chunk holds one of its two rows: behind it there is no place, before it there is.
  EXPECT_OK(subject.session->set_array("/a", int32_array({23, 9}, {2, 1})));
  EXPECT_EQ(subject.session->insert_chunks("/a", 0, 12, 1).error().kind, ErrorKind::invalid);
  EXPECT_OK(subject.session->insert_chunks("/a", 0, 11, 1));
  auto reader = subject.repository->readonly_session(Branch{"main"});
  EXPECT_EQ(reader->shift_chunks("/a", 0, 1).error().kind, ErrorKind::denied);
}

}  // namespace
}  // namespace vdp::icechunk
