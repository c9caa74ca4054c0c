// Links: the names that a group gives to objects.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "formats/hdf5/file_view.h"
#include "formats/hdf5/object_header.h"

namespace vdp::hdf5 {

struct Link {
  enum class Kind : std::uint8_t { hard, soft, external, user_defined };
  std::string name;
  Kind kind = Kind::hard;
  Address address = undefined_address;  ///< of the object header (hard)
  std::string target;                   ///< path of a soft or external link
  std::string file;                     ///< of an external link
};

/// The body of a link message ("IV.A.2.g").
Result<Link> decode_link(const FileView& file, Cursor cursor);

/// All links of the group whose header has `messages`, however they are stored: as messages, in a symbol table, or
/// dense in a fractal heap. In no particular order. `targets` gets the addresses of hard links, as far as they are
/// known also where bytes are missing.
Decoded<std::vector<Link>> read_links(const FileView& file, const std::vector<Message>& messages,
                                      std::vector<Address>& targets);

/// The links of an old group: a B-tree of symbol nodes, names in a local heap ("III.A.1, III.B, III.C, III.D").
/// `targets` as above.
Decoded<std::vector<Link>> read_symbol_table(const FileView& file, Address btree, Address heap,
                                             std::vector<Address>& targets);

}  // namespace vdp::hdf5
