// Messages about how a dataset is stored: layout, filters and fill value ("IV.A.2.e, f, i, l").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "formats/hdf5/file_view.h"
#include "formats/hdf5/object_header.h"

namespace vdp::hdf5 {

/// How the chunks of a dataset are found.
enum class ChunkIndex : std::uint8_t {
  btree_v1 = 0,  ///< layout version 3 and before
  single_chunk = 1,
  implicit = 2,
  fixed_array = 3,
  extensible_array = 4,
  btree_v2 = 5,
};

struct Layout {
  /// Numbered as in the message.
  enum class Kind : std::uint8_t { compact, contiguous, chunked, virtual_dataset };
  Kind kind = Kind::contiguous;
  std::uint8_t version = 0;

  Bytes compact_data;
  Address address = undefined_address;  ///< of the data, or of the chunk index; undefined: nothing stored

  // Chunked.
  ChunkIndex index = ChunkIndex::btree_v1;
  std::vector<std::uint64_t> chunk_shape;
  bool edge_chunks_unfiltered = false;   ///< chunks that cross the extent bypass the filters
  std::uint64_t single_chunk_bytes = 0;  ///< of a filtered single chunk
  std::uint32_t single_chunk_filter_mask = 0;
};
Result<Layout> decode_layout(const FileView& file, Cursor cursor);

struct Filter {
  std::uint16_t id = 0;
  std::string name;
  std::vector<std::uint32_t> client_data;
};
Result<std::vector<Filter>> decode_filter_pipeline(Cursor cursor);

/// The filters that a chunk with this mask went through: bit i set means that it did not go through filter i.
std::vector<Filter> applied_filters(const std::vector<Filter>& filters, std::uint32_t mask);

/// Whether the filter is nbit over a type that uses all of its bits, which it stores as it is.
bool leaves_values_alone(const Filter& filter);

struct FillValue {
  bool is_defined = true;  ///< false: the file says that it has none, and unwritten elements are undefined
  Bytes value;             ///< one element in the dataset's datatype; empty: zeros
};
/// Of either fill value message.
Result<FillValue> decode_fill_value(MessageType type, Cursor cursor);

}  // namespace vdp::hdf5
