#include "formats/netcdf3/parse.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <cmath>
#include <iostream>

#include "formats/inspect.h"
#include "formats/netcdf3/test_header.h"
#include "formats/netcdf3/testdata.h"

namespace vdp::netcdf3 {
namespace {

constexpr std::uint64_t streaming = ~0ULL;

struct Parsed {
  std::unique_ptr<ByteSource> source;
  VirtualTree tree;

  const VirtualArray& array(const std::string& path) const { return tree.arrays.at(path); }
  std::vector<double> values(const std::string& path) const {
    const auto& own = array(path);
    const auto elements = zarr::read_elements(own.metadata, chunk_reader(*source, own), 1 << 20);
    EXPECT_TRUE(elements) << elements.error().text();
    return zarr::as_doubles(own.metadata.data_type, elements.value_or(Bytes{})).value_or(std::vector<double>{});
  }
  std::vector<VirtualRef> references(const std::string& path) const {
    std::vector<VirtualRef> references;
    array(path).manifest.for_each([&](const ChunkManifest::Entry& entry) { references.push_back(entry.ref); });
    return references;
  }
  std::string why_skipped(const std::string& path) const {
    std::string reasons;
    for (const SkippedObject& object : tree.skipped) reasons += object.path == path ? object.reason + ";" : "";
    return reasons;
  }
};

Parsed parse_bytes(Bytes bytes, const ReadPlan& plan = local_read_plan()) {
  Parsed parsed;
  parsed.source = memory_source(std::move(bytes), "memory://test/file.nc");
  auto tree = parse(*parsed.source, {}, plan);
  EXPECT_TRUE(tree) << tree.error().text();
  if (tree) parsed.tree = std::move(*tree);
  return parsed;
}

Parsed parse_testdata(const std::string& name) { return parse_bytes(read_testdata(name)); }

Error refusal(const Bytes& bytes, const ParseLimits& limits = {}) {
  const auto tree = parse(*memory_source(bytes, "memory://test/file.nc"), limits);
  EXPECT_FALSE(tree);
  return tree ? Error{} : tree.error();
}

std::vector<double> counting(int count, double step = 1) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(i * step);
  return values;
}

TEST(Netcdf3Parse, ValuesOfFixedAndOfRecordVariables) {
  const Parsed file = parse_testdata("several_records.nc");
  EXPECT_EQ(file.values("/x"), (std::vector<double>{0.5, 1.5, 2.5}));
  EXPECT_EQ(file.values("/flags"), counting(9));
  EXPECT_EQ(file.values("/time"), counting(4));
  EXPECT_EQ(file.values("/small"), counting(12));
  EXPECT_EQ(file.values("/v"), counting(12, 0.5));
  EXPECT_TRUE(file.tree.skipped.empty());
  EXPECT_EQ(file.tree.format, "netcdf3");
}

TEST(Netcdf3Parse, OfSeveralRecordVariablesEachRecordIsAChunk) {
  const Parsed file = parse_testdata("several_records.nc");
  const VirtualArray& array = file.array("/small");
  EXPECT_EQ(array.metadata.shape, (zarr::Shape{4, 3}));
  EXPECT_EQ(array.metadata.chunk_shape, (zarr::Shape{1, 3}));
  EXPECT_EQ(array.manifest.grid_shape(), (zarr::Shape{4, 1}));
  const auto references = file.references("/small");
  ASSERT_EQ(references.size(), 4U);
  EXPECT_EQ(references[0].length, 6U);
  EXPECT_EQ(references[1].offset - references[0].offset, 4U + 8U + 12U);  // time, small with padding, v
}

TEST(Netcdf3Parse, TheOnlyRecordVariableIsOneChunkWithoutPadding) {
  const Parsed file = parse_testdata("one_record_variable.nc");
  EXPECT_EQ(file.values("/small"), counting(15));
  EXPECT_EQ(file.array("/small").metadata.chunk_shape, (zarr::Shape{5, 3}));
  const auto references = file.references("/small");
  ASSERT_EQ(references.size(), 1U);
  EXPECT_EQ(references[0].length, 30U);
}

TEST(Netcdf3Parse, EveryTypeAndItsFillValue) {
  const Parsed file = parse_testdata("all_types.nc");
  EXPECT_EQ(file.values("/i1"), (std::vector<double>{-128, 127}));
  EXPECT_EQ(file.values("/u2"), (std::vector<double>{0, 65535}));
  EXPECT_EQ(file.values("/u4"), (std::vector<double>{0, 4294967295.0}));
  EXPECT_EQ(file.values("/f4"), (std::vector<double>{-1.5, HUGE_VAL}));
  EXPECT_EQ(file.array("/i1").metadata.fill_value, Json(-127));
  EXPECT_EQ(file.array("/i8").metadata.fill_value, Json(-9223372036854775806LL));
  EXPECT_EQ(file.array("/u8").metadata.fill_value, Json(18446744073709551614ULL));
  EXPECT_EQ(file.array("/f4").metadata.fill_value, Json(9.969209968386869e+36));
  EXPECT_EQ(file.array("/text").metadata.fill_value, Json("LQ=="));
  EXPECT_FALSE(file.array("/text").metadata.attributes.contains("_FillValue"));
  EXPECT_EQ(file.array("/text").metadata.data_type, zarr::fixed_bytes(1));
  EXPECT_TRUE(file.array("/u1").metadata.codecs[0].configuration.empty());
  EXPECT_EQ(file.array("/f4").metadata.codecs[0].configuration["endian"], "big");
}

TEST(Netcdf3Parse, AttributesOfEveryType) {
  const Parsed file = parse_testdata("all_types.nc");
  const auto attributes = [&](const std::string& path) { return file.array(path).metadata.attributes; };
  EXPECT_EQ(attributes("/i8")["both"],
            (Json{std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}));
  EXPECT_EQ(attributes("/u8")["last"], Json(std::numeric_limits<std::uint64_t>::max()));
  EXPECT_EQ(attributes("/i2")["both"], (Json{-32768, 32767}));
  EXPECT_EQ(attributes("/f4")["both"][0], Json(-1.5));
  EXPECT_TRUE(std::isinf(attributes("/f8")["last"].get<double>()));
  EXPECT_EQ(attributes("/text")["note"], Json("\xc2\xb0"
                                              "C"));
  EXPECT_EQ(parse_testdata("several_records.nc").tree.groups.at("/")["title"], "a test");
}

TEST(Netcdf3Parse, AttributesThatAreOdd) {
  TestHeader header(1, 0);
  header.absent().attributes(5);
  header.attribute("latin", 2, 2, "\xb0\x43").attribute("nothing", 2, 0, "").attribute("none", 4, 0, "");
  header.attribute("nuls", 2, 3, std::string_view("a\0\0", 3)).attribute("nuls", 2, 1, "b").absent();
  const Parsed file = parse_bytes(header.bytes());
  const Json& attributes = file.tree.groups.at("/");
  EXPECT_EQ(attributes["latin"], Json("\xef\xbf\xbd"
                                      "C"));
  EXPECT_EQ(attributes["nothing"], Json(""));
  EXPECT_EQ(attributes["none"], Json::array());
  EXPECT_EQ(attributes["nuls"], Json("a"));
  EXPECT_NE(file.why_skipped("/").find("attribute nuls: a former one"), std::string::npos);
}

/// One scalar of `type` with this `_FillValue`.
Parsed with_fill_value(std::uint32_t type, std::uint32_t fill_type, std::uint64_t count, std::string_view stored) {
  TestHeader header(1, 0);
  header.absent().absent().variables(1).name("v").count(0).attributes(1);
  header.attribute("_FillValue", fill_type, count, stored).u32(type).count(8).offset(100);
  return parse_bytes(header.file(120));
}

TEST(Netcdf3Parse, FillValues) {
  const Parsed number = with_fill_value(5, 5, 1, std::string_view("\xc1\x10\0\0", 4));  // -9 as a float
  EXPECT_EQ(number.array("/v").metadata.fill_value, Json(-9.0));
  EXPECT_EQ(number.array("/v").metadata.attributes["_FillValue"], "AAAAAAAAIsA=");
  const Parsed other_type = with_fill_value(3, 6, 1, std::string_view("\xc0\x22\0\0\0\0\0\0", 8));  // -9 as a double
  EXPECT_EQ(other_type.array("/v").metadata.fill_value, Json(-9));
  EXPECT_EQ(other_type.array("/v").metadata.attributes["_FillValue"], Json(-9));
  const Parsed too_large = with_fill_value(1, 3, 1, std::string_view("\0\xff", 2));  // 255 for a signed byte
  EXPECT_EQ(too_large.array("/v").metadata.fill_value, Json(-127));
}

TEST(Netcdf3Parse, AFillValueThatIsNoneIsLostByName) {
  for (const Parsed& file : {with_fill_value(4, 2, 2, "no"), with_fill_value(4, 4, 2, "12345678")}) {
    EXPECT_EQ(file.array("/v").metadata.fill_value, Json(-2147483647));
    EXPECT_FALSE(file.array("/v").metadata.attributes.contains("_FillValue"));
    EXPECT_NE(file.why_skipped("/v").find("attribute _FillValue"), std::string::npos);
  }
}

/// Records of a double and of three bytes, which are padded to four.
TestHeader two_record_variables(std::uint64_t records) {
  TestHeader header(1, records);
  header.dimensions(2).dimension("t", 0).dimension("x", 3).absent();
  header.variables(2).variable("wide", {0}, 6, 200).variable("bytes", {0, 1}, 1, 208);
  return header;
}

TEST(Netcdf3Parse, ARecordCountThatWasNotWrittenIsThatOfTheFile) {
  const auto count = [](std::size_t size) {
    return parse_bytes(two_record_variables(streaming).file(size)).array("/bytes").metadata.shape[0];
  };
  EXPECT_EQ(count(200), 0U);
  EXPECT_EQ(count(210), 0U);  // a byte is missing
  EXPECT_EQ(count(211), 1U);  // only the padding is missing
  EXPECT_EQ(count(212), 1U);
  EXPECT_EQ(count(222), 1U);
  EXPECT_EQ(count(223), 2U);
  EXPECT_EQ(count(236), 3U);
}

TEST(Netcdf3Parse, OfTheOnlyRecordVariableToo) {
  TestHeader header(2, streaming);
  header.dimensions(2).dimension("t", 0).dimension("x", 3).absent().variables(1).variable("v", {0, 1}, 1, 200);
  const Parsed file = parse_bytes(header.file(211));
  EXPECT_EQ(file.array("/v").metadata.shape, (zarr::Shape{3, 3}));
  EXPECT_EQ(file.references("/v"), (std::vector<VirtualRef>{{0, 200, 9}}));
}

TEST(Netcdf3Parse, NoRecordsAreNoChunks) {
  const Parsed file = parse_bytes(two_record_variables(0).bytes());
  EXPECT_EQ(file.array("/bytes").metadata.shape, (zarr::Shape{0, 3}));
  EXPECT_EQ(file.array("/bytes").metadata.chunk_shape, (zarr::Shape{1, 3}));
  EXPECT_EQ(file.array("/bytes").manifest.size(), 0U);
  EXPECT_TRUE(file.tree.skipped.empty());
}

TEST(Netcdf3Parse, VariablesThatAreTruncatedAreSkippedByName) {
  const Parsed file = parse_bytes(two_record_variables(4).file(200 + 3 * 12 + 8));
  EXPECT_EQ(file.array("/wide").metadata.shape, (zarr::Shape{4}));
  EXPECT_EQ(file.why_skipped("/bytes"),
            "truncated: its values of 4 records end at offset 247, the file has 244 bytes;");
  TestHeader fixed(1, 0);
  fixed.dimensions(1).dimension("x", 10).absent().variables(1).variable("v", {0}, 4, 100);
  EXPECT_EQ(parse_bytes(fixed.file(139)).why_skipped("/v"),
            "truncated: its values end at offset 140, the file has 139 bytes;");
  EXPECT_TRUE(parse_bytes(fixed.file(140)).tree.skipped.empty());
}

TEST(Netcdf3Parse, ValuesDoNotLieInTheHeader) {
  TestHeader header(1, 0);
  header.absent().absent().variables(1).variable("v", {}, 4, 8);
  EXPECT_NE(parse_bytes(header.file(200)).why_skipped("/v").find("within the header"), std::string::npos);
}

TEST(Netcdf3Parse, SlicesDoNotReachIntoTheNextRecord) {
  TestHeader header(1, 2);
  header.dimensions(1).dimension("t", 0).absent();
  header.variables(2).variable("a", {0}, 6, 200).variable("b", {0}, 6, 212);
  const Error error = refusal(header.file(300));
  EXPECT_EQ(error.kind, ErrorKind::corrupt);
  EXPECT_NE(error.message.find("found slices from offset 200 to 220, expected 16 bytes"), std::string::npos);
}

TEST(Netcdf3Parse, NamesThatZarrCannotHave) {
  TestHeader header(1, 0);
  header.absent().absent().variables(6);
  for (const std::string_view name : {"", "a/b", "..", "\xe9t\xe9", "ok", "ok"}) header.variable(name, {}, 1, 400);
  const Parsed file = parse_bytes(header.file(500));
  EXPECT_EQ(file.tree.arrays.size(), 1U);
  EXPECT_EQ(file.tree.skipped.size(), 5U);
  EXPECT_NE(file.why_skipped("/a/b").find("separates"), std::string::npos);
  EXPECT_NE(file.why_skipped("/\xef\xbf\xbdt\xef\xbf\xbd").find("UTF-8"), std::string::npos);
  EXPECT_NE(file.why_skipped("/ok").find("former"), std::string::npos);
}

TEST(Netcdf3Parse, MoreDimensionsThanNumpyHas) {
  TestHeader header(1, 0);
  header.dimensions(1).dimension("x", 1).absent().variables(2);
  header.variable("most", std::vector<std::uint64_t>(64), 1, 1000);
  header.variable("more", std::vector<std::uint64_t>(65), 1, 1000);
  const Parsed file = parse_bytes(header.file(1001));
  EXPECT_EQ(file.array("/most").metadata.rank(), 64U);
  EXPECT_NE(file.why_skipped("/more").find("found 65 dimensions"), std::string::npos);
}

TEST(Netcdf3Parse, SizesThatDoNotFit64Bits) {
  TestHeader header(5, 0);
  header.dimensions(1).dimension("x", 1ULL << 40).absent();
  header.variables(1).variable("v", {0, 0}, 4, 400);
  EXPECT_NE(parse_bytes(header.file(500)).why_skipped("/v").find("2^63"), std::string::npos);
  TestHeader records(5, 1ULL << 62);
  records.dimensions(1).dimension("t", 0).absent().variables(1).variable("v", {0}, 6, 400);
  EXPECT_NE(parse_bytes(records.file(500)).why_skipped("/v").find("truncated"), std::string::npos);
}

TEST(Netcdf3Parse, SmallReadsFindTheSame) {
  for (const char* name : {"several_records.nc", "one_record_variable.nc", "all_types.nc"}) {
    const Parsed whole = parse_testdata(name);
    const Parsed pieces = parse_bytes(read_testdata(name), {0, 16, 0, 1});
    Json found = *inspect_document(pieces.tree);
    EXPECT_EQ(dump_sorted(found, 1), dump_sorted(*inspect_document(whole.tree), 1)) << name;
    EXPECT_EQ(whole.source->counters.rounds, 1U);
    EXPECT_GT(pieces.source->counters.rounds, 1U);
  }
}

TEST(Netcdf3Parse, AHeaderOfAMegabyteTakesTwoReadsOfAService) {
  TestHeader header(1, 0);
  header.absent().attributes(1).attribute("history", 2, 1 << 20, std::string(1 << 20, 'h')).absent();
  const Parsed file = parse_bytes(header.file(64 << 20), remote_read_plan());
  EXPECT_EQ(file.source->counters.rounds, 2U);
  EXPECT_LT(file.source->counters.bytes, 2U << 20);
}

TEST(Netcdf3Parse, LimitsHold) {
  const Bytes bytes = read_testdata("several_records.nc");
  EXPECT_EQ(refusal(bytes, {1 << 30, 3, 1000, 64}).kind, ErrorKind::limit);
  EXPECT_EQ(refusal(bytes, {1 << 30, 1000, 5, 64}).kind, ErrorKind::limit);
  EXPECT_EQ(refusal(bytes, {100, 1000, 1000, 64}).kind, ErrorKind::limit);
}

/// Bytes at offset 5,000,000, that is behind the header.
TestHeader scalars(int count) {
  TestHeader header(1, 0);
  header.absent().absent().variables(static_cast<std::uint64_t>(count));
  for (int i = 0; i < count; ++i) header.variable(std::to_string(i), {}, 1, 5'000'000);
  return header;
}

TEST(Netcdf3Parse, MemoryIsBoundByTheSizeOfTheFile) {
  TestHeader bytes(1, 0);
  bytes.absent().attributes(1).attribute("list", 1, 4 << 20, std::string(4 << 20, '\x01')).absent();
  const Error of_list = refusal(bytes.bytes());
  EXPECT_EQ(of_list.kind, ErrorKind::limit);
  EXPECT_NE(of_list.message.find("allowed for a file of this size"), std::string::npos);
  EXPECT_EQ(refusal(scalars(100'000).file(5'000'001)).kind, ErrorKind::limit);
}

TEST(Netcdf3Parse, AnArrayTakesNoMoreThanIsChargedForIt) {
  const Bytes file = scalars(1000).file(5'000'001);
  const auto source = memory_source(file, "memory://test/file.nc");
  const std::size_t before = mallinfo2().uordblks;
  const auto tree = parse(*source, {});
  ASSERT_TRUE(tree);
  ASSERT_EQ(tree->arrays.size(), 1000U);
  const std::size_t taken = mallinfo2().uordblks - before;  // nothing where a sanitizer allocates
  std::cout << taken / 1000 << " bytes an array\n";
  EXPECT_LE(taken, 1000U * 1200U);
}

}  // namespace
}  // namespace vdp::netcdf3
