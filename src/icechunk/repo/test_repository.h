// What tests of this room share: a repository in memory, arrays and chunks.
#pragma once

#include <gtest/gtest.h>

#include "icechunk/repo/repository.h"
#include "store/memory_store.h"

namespace vdp::icechunk {

/// EXPECTs success, and shows the error otherwise.
#define EXPECT_OK(expression)                                                       \
  do {                                                                              \
    const auto& vdp_expected = (expression);                                        \
    EXPECT_TRUE(vdp_expected) << (vdp_expected ? "" : vdp_expected.error().text()); \
  } while (false)

inline zarr::ArrayMetadata int32_array(zarr::Shape shape, zarr::Shape chunk_shape) {
  zarr::ArrayMetadata metadata;
  metadata.shape = std::move(shape);
  metadata.data_type = zarr::signed_integer(4);
  metadata.chunk_shape = std::move(chunk_shape);
  metadata.fill_value = 0;
  metadata.codecs = {{"bytes", {{"endian", "little"}}}};
  for (std::size_t d = 0; d < metadata.shape.size(); ++d) metadata.dimension_names.push_back("d" + std::to_string(d));
  return metadata;
}

inline Repository new_repository(const ObjectStorePtr& store, const RepositoryConfig& config = {}) {
  auto created = Repository::create(store, config);
  if (!created) throw std::runtime_error(created.error().text());
  return std::move(*created);
}

inline Session open_main(const Repository& repository) {
  auto session = repository.writable_session("main");
  if (!session) throw std::runtime_error(session.error().text());
  return std::move(*session);
}

/// A session on main, which holds the root group and the array "/a".
inline Session with_array(const Repository& repository, const zarr::ArrayMetadata& metadata) {
  Session session = open_main(repository);
  EXPECT_OK(session.set_group("/", zarr::zarr_json_group(Json::object())));
  EXPECT_OK(session.set_array("/a", metadata));
  return session;
}

inline SnapshotId commit(Session& session, const std::string& message = "message") {
  const auto outcome = session.commit(message);
  EXPECT_OK(outcome);
  if (!outcome || !std::holds_alternative<Committed>(*outcome)) throw std::runtime_error("not committed");
  return std::get<Committed>(*outcome).snapshot;
}

/// References of `count` chunks along the first of the grid's dimensions, from `first` on.
inline ChunkManifest steps(const zarr::Shape& grid, const std::string& url) {
  ChunkManifest manifest(grid);
  const auto location = manifest.add_location({url, "etag", 0});
  std::uint64_t size = 1;
  for (std::uint64_t edge : grid) size *= edge;
  for (std::uint64_t i = 0; i < size; ++i) manifest.set_virtual(i, {location, i * 10, 10});
  return manifest;
}

inline std::size_t count_refs(const Session& session, const std::string& path) {
  std::size_t count = 0;
  const std::size_t rank = session.array_metadata(path)->rank();
  EXPECT_OK(session.for_each_ref(path, {zarr::Shape(rank, 0), zarr::Shape(rank, UINT32_MAX)},
                                 [&](const ChunkRefView&) { ++count; }));
  return count;
}

inline std::size_t count_objects(ObjectStore& store, const std::string& prefix) { return store.list(prefix)->size(); }

}  // namespace vdp::icechunk
