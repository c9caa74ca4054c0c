// Lays a header of a classic format by hand, for tests: also ones that no library writes.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace vdp::netcdf3 {

class TestHeader {
 public:
  /// The number of records is written as it is: all ones stand for a file that is being written.
  TestHeader(std::uint8_t version, std::uint64_t records) : version_(version) {
    bytes_ = {'C', 'D', 'F', version};
    count(records);
  }

  TestHeader& u32(std::uint64_t value) { return number(value, 4); }
  TestHeader& count(std::uint64_t value) { return number(value, version_ == 5 ? 8 : 4); }
  TestHeader& offset(std::uint64_t value) { return number(value, version_ == 1 ? 4 : 8); }
  TestHeader& list(std::uint32_t tag, std::uint64_t entries) { return u32(tag).count(entries); }
  TestHeader& dimensions(std::uint64_t entries) { return list(10, entries); }
  TestHeader& variables(std::uint64_t entries) { return list(11, entries); }
  TestHeader& attributes(std::uint64_t entries) { return list(12, entries); }
  TestHeader& absent() { return list(0, 0); }

  TestHeader& padded(std::string_view text) {
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    while (bytes_.size() % 4 != 0) bytes_.push_back(0);
    return *this;
  }
  TestHeader& name(std::string_view text) { return count(text.size()).padded(text); }
  TestHeader& dimension(std::string_view text, std::uint64_t length) { return name(text).count(length); }
  TestHeader& attribute(std::string_view text, std::uint32_t type, std::uint64_t values, std::string_view stored) {
    return name(text).u32(type).count(values).padded(stored);
  }
  /// A variable without attributes; its declared size is not true.
  TestHeader& variable(std::string_view text, const std::vector<std::uint64_t>& ids, std::uint32_t type,
                       std::uint64_t begin) {
    name(text).count(ids.size());
    for (const std::uint64_t id : ids) count(id);
    return absent().u32(type).count(0x12345).offset(begin);
  }

  /// The header, and behind it zeros up to `size`.
  Bytes file(std::size_t size) const {
    Bytes bytes = bytes_;
    if (size > bytes.size()) bytes.resize(size);
    return bytes;
  }
  const Bytes& bytes() const { return bytes_; }

 private:
  TestHeader& number(std::uint64_t value, int width) {
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8)
      bytes_.push_back(static_cast<std::uint8_t>(value >> shift));
    return *this;
  }

  std::uint8_t version_;
  Bytes bytes_;
};

}  // namespace vdp::netcdf3
