#include "icechunk/format/file_header.h"

#include <gtest/gtest.h>

namespace vdp::icechunk {
namespace {

Bytes header_bytes() {
  const auto header = encode_file_header(ObjectType::manifest, 2);
  return Bytes(header.begin(), header.end());
}

TEST(FileHeader, IsTheseBytes) {
  const std::string expected =
      "ICE\xF0\x9F\xA7\x8A"
      "CHUNK"
      "vdp-0.1.0               "
      "\x02\x02\x01";
  EXPECT_EQ(header_bytes(), to_bytes(expected));
}

TEST(FileHeader, IsReadBack) {
  const auto header = decode_file_header(header_bytes(), ObjectType::manifest);
  ASSERT_TRUE(header) << header.error().text();
  EXPECT_EQ(header->implementation, "vdp-0.1.0");
  EXPECT_EQ(header->spec_version, 2);
}

TEST(FileHeader, NamesPaddedWithNulAreAccepted) {
  Bytes bytes = header_bytes();
  for (std::size_t i = 21; i < 36; ++i) bytes[i] = 0;
  EXPECT_EQ(decode_file_header(bytes, ObjectType::manifest)->implementation, "vdp-0.1.0");
}

TEST(FileHeader, RefusesWhatOfficialReadersRefuse) {
  struct Case {
    std::size_t offset;
    std::uint8_t value;
    ErrorKind kind;
  };
  for (const Case& one :
       {Case{0, 'X', ErrorKind::corrupt}, Case{36, 3, ErrorKind::unsupported}, Case{36, 0, ErrorKind::unsupported},
        Case{37, 1, ErrorKind::corrupt}, Case{38, 0, ErrorKind::corrupt}}) {
    Bytes bytes = header_bytes();
    bytes[one.offset] = one.value;
    const auto header = decode_file_header(bytes, ObjectType::manifest);
    ASSERT_FALSE(header) << one.offset;
    EXPECT_EQ(header.error().kind, one.kind) << header.error().text();
  }
  Bytes cut = header_bytes();
  cut.pop_back();
  EXPECT_EQ(decode_file_header(cut, ObjectType::manifest).error().kind, ErrorKind::corrupt);
}

}  // namespace
}  // namespace vdp::icechunk
