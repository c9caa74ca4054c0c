#include "formats/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "formats/hdf5/parse.h"
#include "formats/netcdf3/header.h"
#include "formats/netcdf3/parse.h"

namespace vdp {
namespace {

using namespace std::string_view_literals;

struct Signature {
  std::string_view bytes;  ///< at the very beginning of the file
  std::string_view format;
};

/// Formats that have no reader here, recognised so that a message can say what a file is.
constexpr std::array signatures = {
    Signature{"II*\0"sv, "tiff"},
    Signature{"MM\0*"sv, "tiff"},
    Signature{"II+\0"sv, "tiff"},
    Signature{"MM\0+"sv, "tiff"},
    Signature{"GRIB"sv, "grib"},
    Signature{"SIMPLE  ="sv, "fits"},
    Signature{"\x0e\x03\x13\x01"sv, "hdf4"},
    Signature{"PK\x03\x04"sv, "zip"},
    Signature{"\x1f\x8b"sv, "gzip"},
};
constexpr std::uint64_t head_bytes = 512;
constexpr std::uint64_t magic_bytes = 4;  ///< never more than the first read of a service holds

Result<Bytes> read_head(ByteSource& source, std::uint64_t length) {
  const ByteRange range{0, std::min(source.size(), length)};
  VDP_ASSIGN(std::vector<Bytes> read, source.read({&range, 1}));
  return std::move(read.front());
}

/// "CDF" and a version; a letter in its place begins a text.
bool is_netcdf3(ByteView head) {
  return as_text(head).starts_with(netcdf3::signature) && head.size() > 3 && head[3] < 0x20;
}

bool is_printable(std::uint8_t byte) {
  return (byte >= 0x20 && byte < 0x7f) || byte == '\n' || byte == '\r' || byte == '\t';
}

/// Why a file without any known signature is refused.
Error describe_unknown(ByteView head, std::uint64_t size) {
  if (std::ranges::all_of(head, [](std::uint8_t byte) { return byte == 0; })) {
    return {ErrorKind::corrupt, fmt::format("not a known format: its first {} bytes are zeros", head.size()), {}};
  }
  const ByteView start = head.first(std::min<std::size_t>(head.size(), 8));
  if (std::ranges::all_of(head, is_printable)) {
    std::string text(as_text(head.first(std::min<std::size_t>(head.size(), 24))));
    text = text.substr(0, text.find_first_of("\r\n"));
    return {ErrorKind::unsupported, fmt::format("not a known format: text, beginning with \"{}\"", text), {}};
  }
  std::string hex;
  for (const std::uint8_t byte : start) hex += fmt::format("{}{:02x}", hex.empty() ? "" : " ", byte);
  return {ErrorKind::unsupported, fmt::format("not a known format: {} bytes that begin with {}", size, hex), {}};
}

/// What a file is whose signature none of the readers knows.
Error identify(ByteView head, std::uint64_t size) {
  for (const Signature& signature : signatures) {
    if (!as_text(head).starts_with(signature.bytes)) continue;
    return {
        ErrorKind::unsupported, fmt::format("a {} file; only hdf5 and netcdf3 are implemented", signature.format), {}};
  }
  return describe_unknown(head, size);
}

Result<VirtualTree> parse_detected(ByteSource& source, const std::string& format, const ParseLimits& limits) {
  if (source.size() == 0) return corrupt("the file is empty");
  VDP_ASSIGN(const Bytes magic, read_head(source, magic_bytes));
  if (is_netcdf3(magic)) {
    if (format == "hdf5") return invalid("a netcdf3 file, expected hdf5");
    return netcdf3::parse(source, limits);
  }
  auto tree = hdf5::parse(source, limits);
  // `invalid` says that there is no signature; whatever else goes wrong is about an HDF5 file.
  if (!tree && tree.error().kind == ErrorKind::invalid) {
    VDP_ASSIGN(const Bytes head, read_head(source, head_bytes));
    return std::unexpected(identify(head, source.size()));
  }
  if (format == "netcdf3") return invalid("an hdf5 file, expected netcdf3");
  return tree;
}

}  // namespace

Result<VirtualTree> parse_source(ByteSource& source, const std::string& format, const ParseLimits& limits) {
  if (format != "auto" && format != "hdf5" && format != "netcdf3") {
    return unsupported(fmt::format("format \"{}\"; \"auto\", \"hdf5\" and \"netcdf3\" are implemented", format));
  }
  VDP_ASSIGN_IN(source.location().url, VirtualTree tree, parse_detected(source, format, limits));
  return tree;
}

zarr::ChunkReader chunk_reader(ByteSource& source, const VirtualArray& array) {
  return [&source, &array](const zarr::Shape& index) -> Result<std::optional<Bytes>> {
    const auto entry = array.manifest.find(array.manifest.linear(index));
    if (!entry) return std::nullopt;
    if (entry->inlined != nullptr) return *entry->inlined;
    const SourceLocation& location = array.manifest.locations().at(entry->ref.location);
    if (location.url != source.location().url) {
      return unsupported(fmt::format("values in another file, {}, cannot be read here", location.url));
    }
    const ByteRange range{entry->ref.offset, entry->ref.length};
    VDP_ASSIGN(std::vector<Bytes> read, source.read({&range, 1}));
    return std::move(read.front());
  };
}

}  // namespace vdp
