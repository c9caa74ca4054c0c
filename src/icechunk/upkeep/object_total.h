// ObjectTotal: how many objects of a store, and how large.
#pragma once

#include <cstdint>

namespace vdp::icechunk {

struct ObjectTotal {
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;

  void add(std::uint64_t object_bytes) { *this += {1, object_bytes}; }
  ObjectTotal& operator+=(const ObjectTotal& other) {
    objects += other.objects;
    bytes += other.bytes;
    return *this;
  }
};

}  // namespace vdp::icechunk
