// The file of a fork, around its payload. All of its bytes are described in fork_file.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace vdp::icechunk {

inline constexpr std::string_view fork_magic = "VDPFORK\x1a";
inline constexpr std::uint32_t fork_format_version = 2;
/// Magic, version and length: what is hashed beside the payload.
inline constexpr std::size_t fork_prefix_size = 20;
inline constexpr std::size_t fork_hash_size = 64;
inline constexpr std::size_t fork_header_size = fork_prefix_size + fork_hash_size;

/// SHA-256 of both, 64 lower-case hexadecimal digits.
std::string fork_hash(ByteView prefix, ByteView payload);

/// The file that holds this payload, whatever that is: for Fork::encode, and for tests that change a payload, which the
/// hash would hide from the decoder.
Bytes seal_fork_payload(ByteView payload);

}  // namespace vdp::icechunk
