// What a fuzzer does with arbitrary bytes, one function per decoder (fuzz/icechunk_*_fuzz.cc); unit tests replay them.
#pragma once

#include "base/bytes.h"
#include "icechunk/format/file_header.h"

namespace vdp::icechunk {

/// Aborts where what was decoded does not survive encoding: with y the encoding of what x decodes to, y decodes, and to
/// something that encodes to y again. The first byte chooses: an object as it lies in a store, or the tables of one,
/// which a checksum would otherwise hide from the fuzzer, in format version 1 or 2.
void fuzz_object(ObjectType type, ByteView data);

/// The same for values of metadata and configurations.
void fuzz_flexbuffer(ByteView data);
void fuzz_message_pack(ByteView data);

}  // namespace vdp::icechunk
