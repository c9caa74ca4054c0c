#include "pipeline/native_rows.h"

#include <gtest/gtest.h>

#include "icechunk/repo/repository.h"
#include "store/memory_store.h"
#include "zarr/codec_pipeline.h"

namespace vdp {
namespace {

class NativeRowsTest : public testing::Test {
 protected:
  NativeRowsTest()
      : repository_(*icechunk::Repository::create(make_memory_store("rows"))),
        session_(*repository_.writable_session("main")) {
    EXPECT_TRUE(session_.set_group("/", zarr::zarr_json_group(Json::object())));
  }

  void make_array(zarr::Shape shape, zarr::Shape chunk) {
    zarr::ArrayMetadata metadata;
    metadata.shape = std::move(shape);
    metadata.chunk_shape = std::move(chunk);
    metadata.data_type = zarr::unsigned_integer(1);
    metadata.fill_value = 9;
    metadata.codecs = zarr::native_codecs(metadata.data_type);
    ASSERT_TRUE(session_.set_array("/x", metadata));
  }

  Bytes read() {
    const auto metadata = session_.array_metadata("/x").value();
    const auto chunk = [&](const zarr::Shape& index) { return session_.read_chunk("/x", index); };
    return std::get<Bytes>(read_values(metadata, chunk, 1000).value());
  }

  icechunk::Repository repository_;
  icechunk::Session session_;
};

TEST_F(NativeRowsTest, PiecesMeetInAChunkAndGapsAreFill) {
  make_array({7}, {3});
  ASSERT_TRUE(write_rows(session_, "/x", 0, {{1, 1, Bytes{1}}, {2, 3, Bytes{2, 3, 4}}}));
  EXPECT_EQ(read(), (Bytes{9, 1, 2, 3, 4, 9, 9}));
  ASSERT_TRUE(write_rows(session_, "/x", 0, {{4, 1, Bytes{7}}, {6, 1, Bytes{8}}}));
  EXPECT_EQ(read(), (Bytes{9, 1, 2, 3, 7, 9, 8}));
  EXPECT_EQ(std::get<Bytes>(read_rows(session_, "/x", 2, 5).value()), (Bytes{2, 3, 7}));
}

TEST_F(NativeRowsTest, TheAxisNeedNotBeTheFirstDimension) {
  make_array({2, 4}, {2, 3});
  ASSERT_TRUE(write_rows(session_, "/x", 1, {{2, 2, Bytes{1, 2, 3, 4}}}));
  EXPECT_EQ(read(), (Bytes{9, 9, 1, 2, 9, 9, 3, 4}));
}

TEST_F(NativeRowsTest, RowsMoveUp) {
  make_array({7}, {3});
  ASSERT_TRUE(write_rows(session_, "/x", 0, {{0, 7, Bytes{0, 1, 2, 3, 4, 5, 6}}}));
  make_array({12}, {3});
  ASSERT_TRUE(move_rows(session_, "/x", 0, {{0, 2, 0}, {2, 1, 3}, {3, 4, 8}}));
  EXPECT_EQ(read(), (Bytes{0, 1, 9, 2, 9, 9, 9, 9, 3, 4, 5, 6}));
}

TEST_F(NativeRowsTest, RowsOfAnyDimensionMoveUp) {
  make_array({2, 5}, {2, 2});
  ASSERT_TRUE(write_rows(session_, "/x", 1, {{0, 5, Bytes{0, 1, 2, 3, 4, 10, 11, 12, 13, 14}}}));
  make_array({2, 6}, {2, 2});
  ASSERT_TRUE(move_rows(session_, "/x", 1, {{0, 5, 1}}));
  EXPECT_EQ(read(), (Bytes{9, 0, 1, 2, 3, 4, 9, 10, 11, 12, 13, 14}));
}

TEST_F(NativeRowsTest, RefusesValuesThatAreNotTheRows) {
  make_array({7}, {3});
  EXPECT_EQ(write_rows(session_, "/x", 0, {{0, 2, Bytes{1}}}).error().kind, ErrorKind::internal);
}

}  // namespace
}  // namespace vdp
