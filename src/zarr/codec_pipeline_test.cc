#include "zarr/codec_pipeline.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <limits>

#include "base/from_hex.h"
#include "zarr/compression.h"
#include "zarr/filters.h"
#include "zarr/test_arrays.h"

namespace vdp::zarr {
namespace {

/// Chunks that zarr-python 3.4 wrote of numpy.arange(6, dtype="f4").reshape(2, 3).
struct Written {
  const char* codecs;
  const char* chunk;
};
const Written written_by_zarr_python[] = {
    {little, "000000000000803f0000004000004040000080400000a040"},
    {big, "000000003f80000040000000404000004080000040a00000"},
    {R"([{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "gzip", "configuration": {"level": 5}}])",
     "1f8b0800f12e036b00ff63600081067b20e1004440dc00c40b1c001790e79118000000"},
    {R"([{"name": "bytes", "configuration": {"endian": "little"}},
         {"name": "zstd", "configuration": {"level": 0, "checksum": true}}])",
     "28b52ffd2418c10000000000000000803f0000004000004040000080400000a04066488906"},
    {R"([{"name": "bytes", "configuration": {"endian": "little"}},
         {"name": "numcodecs.bz2", "configuration": {"level": 5}}])",
     "425a6835314159265359ea9290f60000004c5050000000c00040004000200030c006689a528a313ed2d985e2ee48a70a121d52521ec0"},
    {R"([{"name": "bytes", "configuration": {"endian": "little"}},
         {"name": "numcodecs.blosc", "configuration": {"cname": "lz4", "clevel": 5, "shuffle": 1}}])",
     "02013304180000001800000028000000000000000000803f0000004000004040000080400000a040"},
    {R"([{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "crc32c"}])",
     "000000000000803f0000004000004040000080400000a0405d3a7478"},
    {R"([{"name": "bytes", "configuration": {"endian": "little"}},
         {"name": "numcodecs.shuffle", "configuration": {"elementsize": 4}},
         {"name": "numcodecs.zlib", "configuration": {"level": 4}},
         {"name": "numcodecs.fletcher32", "configuration": {}}])",
     "785e636040020d0c0e0d0b18ec1d80000013f3032027c10bfe"},
    {R"([{"name": "bytes", "configuration": {"endian": "little"}},
         {"name": "numcodecs.zstd", "configuration": {"level": 3}},
         {"name": "numcodecs.gzip", "configuration": {"level": 1}}])",
     "1f8b0800f12e036b04ffd3d8aaff5741e220031434d803190e4004c40d40bcc00100d311c68621000000"},
};

TEST(DecodeChunk, ReadsWhatZarrPythonWrote) {
  const Bytes expected = bytes_of<float>({0, 1, 2, 3, 4, 5});
  for (const auto& [codecs, chunk] : written_by_zarr_python) {
    const auto decoded = decode_chunk(array_of(floating(4), {2, 3}, codecs), from_hex(chunk));
    ASSERT_TRUE(decoded) << codecs << ": " << decoded.error().text();
    EXPECT_EQ(*decoded, expected) << codecs;
  }
}

TEST(DecodeChunk, TurnsEveryNumberOfAnElementAround) {
  EXPECT_EQ(*decode_chunk(array_of(complex_number(8), {2}, big), from_hex("3f8000004000000040400000c0800000")),
            bytes_of<float>({1, 2, 3, -4}));
  const auto text =
      *parse_data_type(*parse_json(R"({"name": "fixed_length_utf32", "configuration": {"length_bytes": 8}})"));
  EXPECT_EQ(*decode_chunk(array_of(text, {2}, big), from_hex("00000061000000620000006300000000")),
            bytes_of<std::uint32_t>({'a', 'b', 'c', 0}));
  const auto pair = *parse_data_type(*parse_json(R"({"name": "struct", "configuration": {"fields": [
      {"name": "a", "data_type": "int16"}, {"name": "b", "data_type": "float32"}]}})"));
  EXPECT_EQ(*decode_chunk(array_of(pair, {2}, big), from_hex("000140000000000340800000")),
            from_hex("010000000040030000008040"));
}

TEST(DecodeChunk, DamageIsAnError) {
  const Bytes elements = bytes_of<float>({0, 1, 2, 3, 4, 5});
  for (const auto& [codecs, text] : written_by_zarr_python) {
    const auto metadata = array_of(floating(4), {2, 3}, codecs);
    const Bytes whole = from_hex(text);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto decoded = decode_chunk(metadata, ByteView(whole).first(size));
      ASSERT_FALSE(decoded) << codecs << " cut to " << size;
      EXPECT_TRUE(decoded.error().kind == ErrorKind::corrupt) << decoded.error().text();
    }
    const bool has_checksum = metadata.codecs.size() > 1 && metadata.codecs[1].name != "numcodecs.blosc";
    for (std::size_t i = 0; has_checksum && i < whole.size(); ++i) {
      Bytes damaged = whole;
      damaged[i] ^= 0x40;
      const auto decoded = decode_chunk(metadata, damaged);
      // Some bits of a stream's header mean nothing; what counts is that no other values come out.
      EXPECT_EQ(decoded.value_or(elements), elements) << codecs << " byte " << i;
    }
  }
}

TEST(DecodeChunk, OutputIsBoundedByTheChunkShape) {
  const Bytes zeros(1 << 26);
  const Bytes bomb = *compress_zstd(zeros, 1, false);
  ASSERT_LT(bomb.size(), 10'000u);
  const auto decoded = decode_chunk(
      array_of(floating(4), {2, 3}, R"([{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "zstd"}])"),
      bomb);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().kind, ErrorKind::limit) << decoded.error().text();
  EXPECT_NE(decoded.error().text().find("zstd"), std::string::npos);
}

TEST(DecodeChunk, DeclaredSizesCostNothing) {
  rusage before{};
  getrusage(RUSAGE_SELF, &before);
  constexpr auto huge = std::numeric_limits<std::uint64_t>::max();
  for (const auto& [codecs, text] : written_by_zarr_python) {
    EXPECT_EQ(decode_chunk(array_of(floating(4), {huge, 2}, codecs), from_hex(text)).error().kind, ErrorKind::limit);
    EXPECT_EQ(decode_chunk(array_of(floating(4), {huge}, codecs), from_hex(text)).error().kind, ErrorKind::limit);
    // The largest allowed chunk, of which only 24 bytes are there.
    EXPECT_EQ(decode_chunk(array_of(floating(4), {max_chunk_bytes / 4}, codecs), from_hex(text)).error().kind,
              ErrorKind::corrupt);
  }
  rusage after{};
  getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 64 * 1024);  // KiB
}

TEST(DecodeChunk, NamesCodecsItDoesNotKnow) {
  for (const char* codecs : {R"([{"name": "sharding_indexed"}])", R"([{"name": "vlen-utf8"}])",
                             R"([{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "blosc"}])"}) {
    const auto decoded = decode_chunk(array_of(floating(4), {1}, codecs), Bytes(4));
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().kind, ErrorKind::unsupported) << decoded.error().text();
  }
  for (const char* codecs : {R"([{"name": "bytes"}])", R"([{"name": "bytes", "configuration": {"endian": "middle"}}])",
                             R"([{"name": "bytes", "configuration": {"endian": "little"}},
                                 {"name": "numcodecs.shuffle", "configuration": {"elementsize": -1}}])",
                             "[]"}) {
    EXPECT_EQ(decode_chunk(array_of(floating(4), {1}, codecs), Bytes(4)).error().kind, ErrorKind::corrupt) << codecs;
  }
  EXPECT_TRUE(decode_chunk(array_of(signed_integer(1), {1}, R"([{"name": "bytes"}])"), Bytes(1)));
}

TEST(DecodeChunk, ReadsShuffleOfDoublesWithTheirChecksum) {
  // As netCDF-C orders its filters: 16 bytes and 4 of checksum are two whole elements of 8, and a rest.
  constexpr auto codecs = R"([{"name": "bytes", "configuration": {"endian": "little"}},
                              {"name": "numcodecs.fletcher32", "configuration": {}},
                              {"name": "numcodecs.shuffle", "configuration": {"elementsize": 8}}])";
  const Bytes elements = bytes_of<double>({1, -2.5});
  Bytes chunk(16);
  for (std::size_t i = 0; i < 16; ++i) chunk[i % 8 * 2 + i / 8] = elements[i];
  const std::uint32_t checksum = fletcher32(elements);
  for (int byte = 0; byte < 4; ++byte) chunk.push_back(static_cast<std::uint8_t>(checksum >> (8 * byte)));
  const auto doubles = array_of(floating(8), {2}, codecs);
  const auto decoded = decode_chunk(doubles, chunk);
  ASSERT_TRUE(decoded) << decoded.error().text();
  EXPECT_EQ(*decoded, elements);
  EXPECT_EQ(check_official_readers(doubles).error().kind, ErrorKind::unsupported);
  EXPECT_TRUE(check_official_readers(array_of(signed_integer(2), {2}, R"([{"name": "bytes"},
      {"name": "numcodecs.fletcher32"}, {"name": "numcodecs.shuffle", "configuration": {"elementsize": 2}}])")));
  EXPECT_TRUE(check_official_readers(array_of(floating(4), {2, 3}, written_by_zarr_python[5].codecs)));
}

TEST(EncodeChunk, IsTheInverse) {
  const Bytes elements = bytes_of<float>({0, 1, 2, 3, 4, 5});
  for (int i : {0, 1, 3}) {
    const auto metadata = array_of(floating(4), {2, 3}, written_by_zarr_python[i].codecs);
    EXPECT_EQ(*decode_chunk(metadata, *encode_chunk(metadata, elements)), elements);
  }
  const auto shuffled = array_of(floating(4), {2, 3}, written_by_zarr_python[5].codecs);
  EXPECT_EQ(encode_chunk(shuffled, elements).error().kind, ErrorKind::unsupported);
  EXPECT_EQ(encode_chunk(array_of(floating(4), {2, 3}, little), Bytes(3)).error().kind, ErrorKind::internal);
}

TEST(NativeCodecs, AreThoseOfZarrPython) {
  const auto names = [](const DataType& type) {
    Json list = Json::array();
    for (const auto& codec : native_codecs(type)) list.push_back({codec.name, codec.configuration});
    return list.dump();
  };
  EXPECT_EQ(names(floating(8)), R"([["bytes",{"endian":"little"}],["zstd",{"level":0,"checksum":false}]])");
  EXPECT_EQ(names(boolean()), R"([["bytes",{}],["zstd",{"level":0,"checksum":false}]])");
  EXPECT_EQ(names(string()), R"([["vlen-utf8",{}],["zstd",{"level":0,"checksum":false}]])");
}

TEST(Strings, ReadsWhatZarrPythonWrote) {
  const Bytes chunk = from_hex("0300000001000000610000000005000000c3a9e697a5");
  const std::vector<std::string> expected = {"a", "", "\xc3\xa9\xe6\x97\xa5"};
  EXPECT_EQ(*decode_strings(array_of(string(), {3}, texts), chunk), expected);
  EXPECT_EQ(encode_strings(expected), chunk);
  auto native = array_of(string(), {3}, texts);
  native.codecs = native_codecs(string());
  EXPECT_EQ(*decode_strings(native, *encode_string_chunk(native, expected)), expected);
  EXPECT_EQ(encode_string_chunk(native, {"one"}).error().kind, ErrorKind::internal);
}

TEST(Strings, DamageIsAnError) {
  const auto metadata = array_of(string(), {3}, texts);
  const Bytes chunk = encode_strings({"a", "", "xyz"});
  for (std::size_t size = 0; size < chunk.size(); ++size) {
    EXPECT_EQ(decode_strings(metadata, ByteView(chunk).first(size)).error().kind, ErrorKind::corrupt) << size;
  }
  Bytes longer = chunk;
  longer.push_back(0);
  EXPECT_EQ(decode_strings(metadata, longer).error().kind, ErrorKind::corrupt);
  EXPECT_EQ(decode_strings(array_of(string(), {4}, texts), chunk).error().kind, ErrorKind::corrupt);
  EXPECT_EQ(decode_strings(array_of(string(), {0xffffffff}, texts), from_hex("ffffffff")).error().kind,
            ErrorKind::corrupt);
}

}  // namespace
}  // namespace vdp::zarr
