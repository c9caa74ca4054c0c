// The ways in which an operation of a store can go wrong, and which operations they can befall.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace vdp {

/// "Unclear" below: the answer is `outcome_unknown` of a write and `transient` of a read.
enum class Fault : std::uint8_t {
  refused,        ///< `transient`, and nothing happened: 500, 503, no connection
  timed_out,      ///< unclear, and nothing happened
  lost_answer,    ///< unclear, and it happened
  delayed,        ///< unclear, and it happens later, when the caller has long gone on
  lost_race,      ///< `conflict`, and nothing happened: 412, 409
  raced_itself,   ///< `conflict`, though it happened: something below sent the request twice
  truncated,      ///< half of the bytes, under the size of the whole
  wrong_bytes,    ///< one bit is turned over
  wrong_range,    ///< the bytes from the object's beginning: 200 where 206 was asked for
  missing_page,   ///< a third of the listing is left out
  slow,           ///< as always, half a minute later
  killed_before,  ///< the process ends: this operation and all later ones of the handle fail, and nothing happens
  killed_after,   ///< the same once this operation has happened
};

inline constexpr std::array all_faults = {
    Fault::refused,   Fault::timed_out,     Fault::lost_answer, Fault::delayed,      Fault::lost_race,
    Fault::truncated, Fault::wrong_bytes,   Fault::wrong_range, Fault::missing_page, Fault::raced_itself,
    Fault::slow,      Fault::killed_before, Fault::killed_after};

std::string_view to_string(Fault fault);

/// One operation, as it is about to be done.
struct StoreOperation {
  enum class Kind : std::uint8_t { head, get, get_range, put, copy, remove, list };

  std::uint64_t number = 0;  ///< of this handle's operations, from 0
  Kind kind = Kind::head;
  std::string_view key;         ///< what is written, of a copy; the prefix of a listing
  bool is_conditional = false;  ///< takes effect for one version only, or only where there is none

  bool is_write() const { return kind == Kind::put || kind == Kind::copy || kind == Kind::remove; }
};

std::string_view to_string(StoreOperation::Kind kind);

/// Whether the fault can befall the operation: nobody loses a race that is none, and only what is read is garbled.
bool applies(Fault fault, const StoreOperation& operation);

}  // namespace vdp
