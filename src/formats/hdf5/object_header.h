// Object headers: the messages that describe one object ("IV.A. Object Headers", versions 1 and 2).
#pragma once

#include <cstdint>
#include <vector>

#include "formats/hdf5/file_view.h"

namespace vdp::hdf5 {

/// "IV.A.2. Header Messages".
enum class MessageType : std::uint16_t {
  nil = 0x00,
  dataspace = 0x01,
  link_info = 0x02,
  datatype = 0x03,
  fill_value_old = 0x04,
  fill_value = 0x05,
  link = 0x06,
  external_files = 0x07,
  layout = 0x08,
  group_info = 0x0a,
  filter_pipeline = 0x0b,
  attribute = 0x0c,
  shared_message_table = 0x0f,
  continuation = 0x10,
  symbol_table = 0x11,
  btree_k = 0x13,
  attribute_info = 0x15,
  metadata_cache_image = 0x18,
};

struct Message {
  MessageType type = MessageType::nil;
  bool shared = false;  ///< the body is a reference to the message elsewhere
  ByteView body;        ///< valid until bytes are inserted into the file's SparseBytes
  Address address = 0;  ///< of the body
};

/// All messages of the header at `address`, continuation blocks included, in file order.
Decoded<std::vector<Message>> read_object_header(const FileView& file, Address address);

}  // namespace vdp::hdf5
