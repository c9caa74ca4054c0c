#include "formats/netcdf3/header.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/checked.h"

namespace vdp::netcdf3 {
namespace {

/// The lists of a header begin with such a tag; an empty one may have two zeros instead ("ABSENT").
enum class ListTag : std::uint32_t { dimensions = 10, variables = 11, attributes = 12 };

class HeaderDecoder {
 public:
  explicit HeaderDecoder(HeaderCursor& cursor) : cursor_(cursor) {}

  // header = magic numrecs dim_list gatt_list var_list
  Decoded<Header> decode() {
    VDP_TRY(decode_magic());
    VDP_TRY(decode_record_count());
    VDP_TRY(decode_dimensions());
    VDP_ASSIGN(header_.attributes, decode_attributes());
    VDP_TRY(decode_variables());
    header_.end = cursor_.offset();
    return std::move(header_);
  }

 private:
  Decoded<void> decode_magic() {
    VDP_ASSIGN(const std::uint32_t magic, cursor_.read_u32("magic number"));
    if (magic >> 8 != 0x434446) {
      return invalid(fmt::format("header, offset 0: magic number: found {:#010x}, expected \"CDF\"", magic));
    }
    header_.version = static_cast<std::uint8_t>(magic);
    if (header_.version != 1 && header_.version != 2 && header_.version != 5) {
      return corrupt(fmt::format("header, offset 3: version: found {}, expected 1, 2 or 5", header_.version));
    }
    cursor_.set_version(header_.version);
    return {};
  }

  Decoded<void> decode_record_count() {
    const std::uint64_t at = cursor_.offset();
    VDP_ASSIGN(const std::uint64_t bits, cursor_.read_count_bits("number of records"));
    const std::uint64_t streaming = ~std::uint64_t{0} >> (64 - 8 * cursor_.count_width());
    if (bits == streaming) return {};
    if (bits > streaming / 2) {
      return corrupt(
          fmt::format("header, offset {}: number of records: found {:#x}, expected no negative number", at, bits));
    }
    header_.record_count = bits;
    return {};
  }

  /// The number of entries of a list, each of which takes `min_entry_bytes` at least.
  Decoded<std::uint64_t> decode_list(ListTag expected, std::string_view what, std::uint64_t min_entry_bytes) {
    const std::uint64_t at = cursor_.offset();
    VDP_ASSIGN(const std::uint32_t tag, cursor_.read_u32(what));
    VDP_ASSIGN(const std::uint64_t count, cursor_.read_count(what));
    if (tag != static_cast<std::uint32_t>(expected) && (tag != 0 || count != 0)) {
      return corrupt(fmt::format("header, offset {}: {}: found tag {} and {} entries, expected tag {} or 0 and none",
                                 at, what, tag, count, static_cast<std::uint32_t>(expected)));
    }
    const std::uint64_t room = cursor_.left_in_file() / min_entry_bytes;
    if (count > room) {
      return corrupt(fmt::format("header, offset {}: {}: found {} entries, expected at most {}: the file ends", at,
                                 what, count, room));
    }
    return count;
  }

  /// Room for what is held of a list; what it declares may be much more.
  template <typename Entry>
  void reserve(std::vector<Entry>& list, std::uint64_t count, std::uint64_t min_entry_bytes) const {
    list.reserve(std::min(count, cursor_.left_held() / min_entry_bytes));
  }

  // dim = name dim_length
  Decoded<void> decode_dimensions() {
    const std::uint64_t min_bytes = 2 * cursor_.count_width();
    VDP_ASSIGN(const std::uint64_t count, decode_list(ListTag::dimensions, "list of dimensions", min_bytes));
    reserve(header_.dimensions, count, min_bytes);
    bool has_record_dimension = false;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t at = cursor_.offset();
      Dimension dimension;
      VDP_ASSIGN(dimension.name, cursor_.read_name("name of a dimension"));
      VDP_ASSIGN(dimension.length, cursor_.read_count("length of a dimension"));
      if (dimension.length == 0 && std::exchange(has_record_dimension, true)) {
        return corrupt(
            fmt::format("header, offset {}: dimension {}: found length 0 a second time, expected one record "
                        "dimension",
                        at, i));
      }
      header_.dimensions.push_back(dimension);
    }
    return {};
  }

  Decoded<ExternalType> decode_type(std::string_view what) {
    const std::uint64_t at = cursor_.offset();
    VDP_ASSIGN(const std::uint32_t number, cursor_.read_u32(what));
    const std::uint32_t last = last_type_number(header_.version);
    if (number < 1 || number > last) {
      return corrupt(fmt::format("header, offset {}: {}: found type {}, expected 1 to {}", at, what, number, last));
    }
    return static_cast<ExternalType>(number);
  }

  // attr = name nc_type nelems [values ...]
  Decoded<std::vector<Attribute>> decode_attributes() {
    const std::uint64_t min_bytes = 2 * cursor_.count_width() + 4;
    VDP_ASSIGN(const std::uint64_t count, decode_list(ListTag::attributes, "list of attributes", min_bytes));
    std::vector<Attribute> attributes;
    reserve(attributes, count, min_bytes);
    for (std::uint64_t i = 0; i < count; ++i) {
      Attribute attribute;
      VDP_ASSIGN(attribute.name, cursor_.read_name("name of an attribute"));
      VDP_ASSIGN(attribute.type, decode_type("type of an attribute"));
      const std::uint64_t at = cursor_.offset();
      VDP_ASSIGN(const std::uint64_t values, cursor_.read_count("number of an attribute's values"));
      const auto bytes = checked_multiply<std::uint64_t>(values, size_bytes(attribute.type));
      if (!bytes || *bytes > cursor_.left_in_file()) {
        return corrupt(
            fmt::format("header, offset {}: attribute {}: found {} values, expected at most {}: the file "
                        "ends",
                        at, i, values, cursor_.left_in_file() / size_bytes(attribute.type)));
      }
      VDP_ASSIGN(attribute.values, cursor_.read_padded(*bytes, "values of an attribute"));
      attributes.push_back(attribute);
    }
    return attributes;
  }

  // var = name nelems [dimid ...] vatt_list nc_type vsize begin
  Decoded<void> decode_variables() {
    const std::uint64_t min_bytes = 4 * cursor_.count_width() + 8 + cursor_.offset_width();
    VDP_ASSIGN(const std::uint64_t count, decode_list(ListTag::variables, "list of variables", min_bytes));
    reserve(header_.variables, count, min_bytes);
    for (std::uint64_t i = 0; i < count; ++i) {
      Variable variable;
      VDP_ASSIGN(variable.name, cursor_.read_name("name of a variable"));
      VDP_ASSIGN(variable.dimensions, decode_dimension_ids());
      VDP_ASSIGN(variable.attributes, decode_attributes());
      VDP_ASSIGN(variable.type, decode_type("type of a variable"));
      VDP_TRY(cursor_.read_count_bits("size of a variable"));
      VDP_ASSIGN(variable.begin, cursor_.read_offset("begin of a variable"));
      header_.variables.push_back(std::move(variable));
    }
    return {};
  }

  Decoded<std::vector<std::uint32_t>> decode_dimension_ids() {
    const std::uint64_t at = cursor_.offset();
    const std::uint64_t width = cursor_.count_width();
    VDP_ASSIGN(const std::uint64_t rank, cursor_.read_count("number of a variable's dimensions"));
    if (rank > cursor_.left_in_file() / width) {
      return corrupt(
          fmt::format("header, offset {}: number of a variable's dimensions: found {}, expected at most {}: "
                      "the file ends",
                      at, rank, cursor_.left_in_file() / width));
    }
    std::vector<std::uint32_t> ids;
    reserve(ids, rank, width);
    for (std::uint64_t axis = 0; axis < rank; ++axis) {
      const std::uint64_t id_at = cursor_.offset();
      VDP_ASSIGN(const std::uint64_t id, cursor_.read_count("dimension of a variable"));
      if (id >= header_.dimensions.size()) {
        return corrupt(fmt::format("header, offset {}: dimension of a variable: found {}, expected less than {}", id_at,
                                   id, header_.dimensions.size()));
      }
      if (axis != 0 && header_.dimensions[id].length == 0) {
        return corrupt(
            fmt::format("header, offset {}: dimension {} of a variable: found the record dimension, "
                        "expected it first or not at all",
                        id_at, axis));
      }
      ids.push_back(static_cast<std::uint32_t>(id));
    }
    return ids;
  }

  HeaderCursor& cursor_;
  Header header_;
};

}  // namespace

Decoded<Header> decode_header(HeaderCursor& cursor) { return HeaderDecoder(cursor).decode(); }

}  // namespace vdp::netcdf3
