#include "formats/netcdf3/array_builder.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/checked.h"
#include "base/utf8.h"
#include "zarr/fill_value.h"

namespace vdp::netcdf3 {
namespace {

/// numpy has no arrays of more dimensions.
constexpr std::size_t max_rank = 64;

constexpr std::uint64_t reference_bytes = 28;  ///< in a ChunkManifest
constexpr std::uint64_t array_bytes = 1100;    ///< of an array with short names and few references

class ArrayBuilder {
 public:
  ArrayBuilder(const FileLayout& file, const Variable& variable)
      : file_(file), variable_(variable), is_record_(file.header.is_record_variable(variable)) {}

  Result<VirtualArray> build(Json attributes, MemoryBudget& budget) {
    VDP_TRY(check_rank());
    VDP_ASSIGN(slice_bytes_, slice_bytes(file_.header, variable_));
    VDP_TRY(check_place());
    VDP_TRY(budget.charge(memory(), "the references of a variable"));
    describe(attributes);
    VDP_ASSIGN(array_.manifest, ChunkManifest::for_array(array_.metadata));
    add_references();
    array_.metadata.attributes = std::move(attributes);
    return std::move(array_);
  }

 private:
  std::uint64_t slices() const { return is_record_ ? file_.records.count : 1; }
  bool is_one_chunk() const { return !is_record_ || file_.records.is_single; }

  std::uint64_t memory() const {
    std::uint64_t bytes = array_bytes + file_.source.url.size() + 3 * variable_.name.size();
    for (const std::uint32_t id : variable_.dimensions) bytes += 64 + 3 * file_.header.dimensions[id].name.size();
    return bytes + (is_one_chunk() ? 1 : slices()) * reference_bytes;
  }

  Status check_rank() const {
    if (variable_.dimensions.size() <= max_rank) return {};
    return unsupported(fmt::format("found {} dimensions, expected at most {}, which is numpy's limit",
                                   variable_.dimensions.size(), max_rank));
  }

  /// All values, to the last record's, lie between the header and the end of the file.
  Status check_place() const {
    if (slices() == 0) return {};
    if (variable_.begin < file_.header.end) {
      return corrupt(fmt::format("its values begin at offset {}, within the header, which ends at {}", variable_.begin,
                                 file_.header.end));
    }
    const auto to_last = checked_multiply(slices() - 1, file_.records.stride_bytes);
    const auto last = to_last ? checked_add(variable_.begin, *to_last) : std::nullopt;
    const auto end = last ? checked_add(*last, slice_bytes_) : std::nullopt;
    if (end && *end <= file_.file_size) return {};
    const std::string found = end ? fmt::format("at offset {}", *end) : "beyond 2^64";
    return corrupt(fmt::format("truncated: its values{} end {}, the file has {} bytes",
                               is_record_ ? fmt::format(" of {} records", slices()) : "", found, file_.file_size));
  }

  void describe(const Json& attributes) {
    zarr::ArrayMetadata& metadata = array_.metadata;
    metadata.data_type = zarr_type(variable_.type);
    for (const std::uint32_t id : variable_.dimensions) {
      const Dimension& dimension = file_.header.dimensions[id];
      metadata.shape.push_back(dimension.length == 0 ? file_.records.count : dimension.length);
      metadata.dimension_names.emplace_back(utf8_text(dimension.name));
    }
    metadata.chunk_shape = metadata.shape;
    if (is_record_) metadata.chunk_shape[0] = is_one_chunk() ? std::max<std::uint64_t>(slices(), 1) : 1;
    zarr::Codec bytes{"bytes", Json::object()};
    if (metadata.data_type.size_bytes > 1) bytes.configuration = {{"endian", "big"}};
    metadata.codecs = {std::move(bytes)};
    metadata.fill_value = fill_value(attributes);
  }

  /// Of the attribute, if that is a value of the type.
  Json fill_value(const Json& attributes) const {
    const zarr::DataType type = zarr_type(variable_.type);
    if (const auto attribute = attributes.find("_FillValue"); attribute != attributes.end()) {
      if (auto value = stored_form(type, *attribute)) return std::move(*value);
    }
    return stored_form(type, default_fill_value(variable_.type)).value_or(zarr::default_fill_value(type));
  }

  /// A number or, for characters, a text of at most one, as `fill_value` of zarr.json.
  static Result<Json> stored_form(const zarr::DataType& type, const Json& value) {
    if (type.kind != zarr::DataType::Kind::fixed_bytes) {
      if (!value.is_number()) return invalid("no number");
      VDP_ASSIGN(const Bytes element, zarr::fill_element(type, value));
      return zarr::fill_value_of(type, element);
    }
    if (!value.is_string() || value.get_ref<const std::string&>().size() > 1) return invalid("no single character");
    Bytes element = to_bytes(value.get_ref<const std::string&>());
    element.resize(1);
    return zarr::fill_value_of(type, element);
  }

  void add_references() {
    const std::uint64_t count = is_one_chunk() ? std::min<std::uint64_t>(slices(), 1) : slices();
    if (count == 0) return;
    const std::uint32_t location = array_.manifest.add_location(file_.source);
    array_.manifest.reserve(count);
    const std::uint64_t chunk_bytes = is_one_chunk() ? slices() * slice_bytes_ : slice_bytes_;
    for (std::uint64_t i = 0; i < count; ++i) {
      array_.manifest.set_virtual(i, {location, variable_.begin + i * file_.records.stride_bytes, chunk_bytes});
    }
  }

  const FileLayout& file_;
  const Variable& variable_;
  const bool is_record_;
  std::uint64_t slice_bytes_ = 0;
  VirtualArray array_;
};

}  // namespace

Result<VirtualArray> build_array(const FileLayout& file, const Variable& variable, Json attributes,
                                 MemoryBudget& budget) {
  return ArrayBuilder(file, variable).build(std::move(attributes), budget);
}

}  // namespace vdp::netcdf3
