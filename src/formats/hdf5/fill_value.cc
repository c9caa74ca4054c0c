#include <fmt/format.h>

#include "formats/hdf5/storage_messages.h"

namespace vdp::hdf5 {
namespace {

Status decode_value(Cursor& cursor, FillValue& fill) {
  VDP_ASSIGN(const auto size, cursor.read_u32("fill value: size"));
  VDP_ASSIGN(const ByteView value, cursor.read_bytes(size, "fill value"));
  fill.value.assign(value.begin(), value.end());
  return {};
}

}  // namespace

Result<FillValue> decode_fill_value(MessageType type, Cursor cursor) {
  FillValue fill;
  if (type == MessageType::fill_value_old) {
    VDP_TRY(decode_value(cursor, fill));
    return fill;
  }
  VDP_ASSIGN(const auto version, cursor.read_u8("fill value: version"));
  if (version == 3) {
    VDP_ASSIGN(const auto flags, cursor.read_u8("fill value: flags"));
    fill.is_defined = (flags & 0x10) == 0;
    if (fill.is_defined && (flags & 0x20) != 0) VDP_TRY(decode_value(cursor, fill));
    return fill;
  }
  if (version != 1 && version != 2) {
    return corrupt(fmt::format("fill value: version {} found, 1 to 3 expected", version));
  }
  VDP_TRY(cursor.skip(2, "fill value: times"));
  VDP_ASSIGN(const auto defined, cursor.read_u8("fill value: defined"));
  fill.is_defined = defined != 0;
  if (fill.is_defined) VDP_TRY(decode_value(cursor, fill));
  return fill;
}

}  // namespace vdp::hdf5
