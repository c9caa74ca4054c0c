// External files: raw bytes of a contiguous dataset that lie in other files ("IV.A.2.h. External Data Files").
#pragma once

#include <cstdint>
#include <string>

#include "formats/hdf5/object_header.h"

namespace vdp::hdf5 {

/// Where the values begin, and in how many pieces they are.
struct ExternalStorage {
  std::string name;  ///< of the first piece's file, as the dataset's creator wrote it, relative to a folder it knew
  std::uint64_t offset_bytes = 0;
  std::uint64_t size_bytes = 0;  ///< of the first piece; all ones: as many as there are
  std::uint16_t pieces = 0;      ///< one after the other
};

Decoded<ExternalStorage> read_external_files(const FileView& file, const Message& message);

/// The URL of the file `name` beside the file at `url`. `unsupported` for names that lead out of that folder: a file
/// must not choose which other files are read.
Result<std::string> sibling_url(const std::string& url, const std::string& name);

}  // namespace vdp::hdf5
