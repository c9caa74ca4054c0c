#include <fmt/format.h>

#include <array>

#include "formats/hdf5/filter_id.h"
#include "formats/hdf5/zarr_mapping.h"

namespace vdp::hdf5 {
namespace {

std::string_view filter_name(const Filter& filter) {
  switch (filter.id) {
    case szip:
      return "szip";
    case nbit:
      return "nbit";
    case scaleoffset:
      return "scaleoffset";
    case lzf:
      return "lzf";
    case lz4:
      return "lz4";
    case bitshuffle:
      return "bitshuffle";
    case zfp:
      return "zfp";
    case blosc2:
      return "blosc2";
    default:
      return filter.name.empty() ? "unknown" : std::string_view(filter.name);
  }
}

/// Client values: 4 of the library's own, then compression level, shuffle, compressor.
Result<zarr::Codec> blosc_codec(const Filter& filter) {
  constexpr std::array<std::string_view, 6> compressors = {"blosclz", "lz4", "lz4hc", "snappy", "zlib", "zstd"};
  const auto& values = filter.client_data;
  if (values.size() < 7 || values[6] >= compressors.size()) {
    return corrupt(fmt::format("filter blosc with {} client values, or an unknown compressor", values.size()));
  }
  return zarr::Codec{
      "numcodecs.blosc",
      {{"blocksize", values[3]}, {"clevel", values[4]}, {"cname", compressors[values[6]]}, {"shuffle", values[5]}}};
}

Result<zarr::Codec> filter_codec(const Filter& filter, std::uint32_t element_bytes) {
  const auto value = [&](std::size_t i, std::uint32_t otherwise) {
    return i < filter.client_data.size() ? filter.client_data[i] : otherwise;
  };
  switch (filter.id) {
    case deflate:
      return zarr::Codec{"numcodecs.zlib", {{"level", value(0, 1)}}};
    case shuffle:
      return zarr::Codec{"numcodecs.shuffle", {{"elementsize", value(0, element_bytes)}}};
    case fletcher32:
      return zarr::Codec{"numcodecs.fletcher32", Json::object()};
    case blosc:
      return blosc_codec(filter);
    case bzip2:
      return zarr::Codec{"numcodecs.bz2", {{"level", value(0, 9)}}};
    case zstd:
      return zarr::Codec{"numcodecs.zstd", {{"checksum", false}, {"level", value(0, 3)}}};
    default:
      return unsupported(fmt::format("filter {} ({}) has no Zarr codec", filter_name(filter), filter.id));
  }
}

/// Shuffle wants whole elements, which what a compressor made is not.
Status check_order(const std::vector<Filter>& filters) {
  bool compressed = false;
  for (const Filter& filter : filters) {
    if (filter.id == shuffle && compressed) return unsupported("filter shuffle behind a compressor");
    compressed = compressed || (filter.id != shuffle && filter.id != fletcher32);
  }
  return {};
}

}  // namespace

Result<std::vector<zarr::Codec>> zarr_codecs(const Datatype& type, const std::vector<Filter>& filters) {
  VDP_ASSIGN(const zarr::DataType element, zarr_type(type));
  VDP_ASSIGN(const bool big_endian, is_big_endian(type));
  using Kind = zarr::DataType::Kind;
  const bool has_order = element.kind == Kind::structure || element.kind == Kind::datetime64 ||
                         ((element.is_numeric() || element.kind == Kind::complex) && element.size_bytes > 1);
  zarr::Codec bytes{"bytes", Json::object()};
  if (has_order) bytes.configuration = {{"endian", big_endian ? "big" : "little"}};
  std::vector<zarr::Codec> codecs{std::move(bytes)};
  VDP_TRY(check_order(filters));
  for (const Filter& filter : filters) {
    if (leaves_values_alone(filter)) continue;
    VDP_ASSIGN(zarr::Codec codec, filter_codec(filter, type.size_bytes));
    codecs.push_back(std::move(codec));
  }
  return codecs;
}

}  // namespace vdp::hdf5
