// Any object of a repository as JSON, every field by its name in the format: for people who look at what is stored.
#pragma once

#include "base/json.h"
#include "icechunk/format/object_envelope.h"

namespace vdp::icechunk {

/// What is shown of an object that may hold millions of entries.
struct ObjectJsonLimits {
  std::size_t list_items = 100;     ///< of each list, from its beginning
  std::size_t text_bytes = 65'536;  ///< of each text, and of each field of bytes
};

/// {"header": {...}, "object_bytes": n, "payload_bytes": n, "tables": {...}}: `tables` has every field of the format's
/// tables, those of its FlatBuffer's root on top. What a writer left out is null, or its default where the format has
/// one. Ids are as in keys, times RFC 3339, bytes {"length": n, "base64": text}. A list that was cut, NAME, has beside
/// it "NAME_omitted" with the number of entries that are not shown; a text that was cut ends with how many bytes are
/// not. Errors as those of decoding, but orders and positions are not checked: what is wrong there is to be seen.
Result<Json> object_json(ByteView object, const ObjectJsonLimits& limits = {});

/// The FlatBuffer of any object, decompressed and not yet verified.
Result<OpenedObject> open_any_object(ByteView object);

}  // namespace vdp::icechunk
