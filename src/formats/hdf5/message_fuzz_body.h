// What the fuzz target of header messages and the unit test of broken messages both run.
#pragma once

#include "formats/hdf5/dataspace.h"
#include "formats/hdf5/datatype.h"
#include "formats/hdf5/element.h"
#include "formats/hdf5/link.h"
#include "formats/hdf5/storage_messages.h"
#include "formats/hdf5/zarr_mapping.h"

namespace vdp::hdf5 {

/// A datatype, and everything that is derived of it.
inline void decode_arbitrary_datatype(ByteView bytes) {
  Cursor cursor(bytes);
  const auto type = decode_datatype(cursor);
  if (!type) return;
  (void)describe(*type);
  (void)zarr_type(*type);
  (void)is_big_endian(*type);
  (void)zarr_fill_value(*type, FillValue{});
  FillValue fill;
  const ByteView rest = bytes.subspan(cursor.position());
  fill.value.assign(rest.begin(), rest.end());
  (void)zarr_fill_value(*type, fill);
  (void)zarr_codecs(*type, {});
}

/// The first byte chooses the widths of the file and the message; the rest is its body.
inline void decode_arbitrary_message(ByteView bytes) {
  if (bytes.empty()) return;
  const SparseBytes no_file(0);
  const auto width = static_cast<std::uint8_t>((bytes[0] & 0x80) != 0 ? 4 : 8);
  const FileView file(no_file, Geometry{width, width, 0}, DecodeLimits{});
  const ByteView body = bytes.subspan(1);
  const Cursor cursor(body);
  switch (bytes[0] % 7) {
    case 0:
      return decode_arbitrary_datatype(body);
    case 1:
      return (void)decode_dataspace(file, cursor);
    case 2:
      return (void)decode_layout(file, cursor);
    case 3: {
      const auto filters = decode_filter_pipeline(cursor);
      Datatype number;
      number.size_bytes = 4;
      number.precision_bits = 32;
      if (filters) (void)zarr_codecs(number, *filters);
      return;
    }
    case 4:
      return (void)decode_fill_value(MessageType::fill_value, cursor);
    case 5:
      return (void)decode_fill_value(MessageType::fill_value_old, cursor);
    default:
      return (void)decode_link(file, cursor);
  }
}

}  // namespace vdp::hdf5
