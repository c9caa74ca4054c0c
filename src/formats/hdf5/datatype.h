// The datatype message: what one element is ("IV.A.2.d", versions 1 to 5).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/cursor.h"
#include "base/error.h"

namespace vdp::hdf5 {

struct Member;

struct Datatype {
  /// Numbered as in the message.
  enum class Class : std::uint8_t {
    fixed_point,
    floating_point,
    time,
    string,
    bit_field,
    opaque,
    compound,
    reference,
    enumeration,
    variable_length,
    array,
    complex,
  };
  enum class Padding : std::uint8_t { null_terminated, null_padded, space_padded };

  Class type_class = Class::fixed_point;
  std::uint32_t size_bytes = 0;

  // Numbers and bit fields.
  bool big_endian = false;
  bool is_signed = false;
  std::uint16_t bit_offset = 0;
  std::uint16_t precision_bits = 0;
  bool is_ieee = false;  ///< of a floating_point: IEEE 754 half, single or double precision, in full width

  Padding padding = Padding::null_terminated;  ///< of a string
  bool is_text = false;                        ///< of a variable_length: a string, not a sequence
  std::uint8_t reference_kind = 0;             ///< 0: object
  std::string tag;                             ///< of an opaque
  std::vector<std::uint32_t> array_shape;
  std::vector<Datatype> base;   ///< one, of enumeration, variable_length, array and complex
  std::vector<Member> members;  ///< of a compound; of an enumeration their names

  bool is_variable_text() const { return type_class == Class::variable_length && is_text; }
  bool is_object_reference() const { return type_class == Class::reference && reference_kind == 0; }
  /// h5py's representation of numpy.bool: an enumeration {FALSE = 0, TRUE = 1} over one byte.
  bool is_boolean() const;
};

struct Member {
  std::string name;
  std::uint32_t offset_bytes = 0;  ///< of a compound's field
  Bytes value;                     ///< of an enumeration, in its base's byte order
  Datatype type;                   ///< of a compound's field
};

/// Reads one datatype and leaves `cursor` behind it. Nesting is bounded.
Result<Datatype> decode_datatype(Cursor& cursor, int depth = 0);

/// For messages: "64-bit floating point", "variable-length sequence".
std::string describe(const Datatype& type);

}  // namespace vdp::hdf5
