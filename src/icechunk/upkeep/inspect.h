// Any object of a repository by its key, for people who look at what is stored.
#pragma once

#include <string>

#include "icechunk/format/object_json.h"
#include "store/object_store.h"

namespace vdp::icechunk {

/// {"key": key, "object_bytes": n, ...} and, by what the object is:
///   - what has a file header: see object_json;
///   - refs/.../ref.json of version 1: "json", its content;
///   - config.yaml of version 1, and other texts below refs/: "text";
///   - chunks, and whatever else: "first_bytes", {"length": n, "base64": text}.
/// `limit` for an object of more than a gigabyte that would have to be decoded.
Result<Json> inspect_object(ObjectStore& store, const std::string& key, const ObjectJsonLimits& limits = {});

/// The decompressed FlatBuffer of an object that has a file header; `invalid` for one that has none.
Result<Bytes> object_payload(ObjectStore& store, const std::string& key);

}  // namespace vdp::icechunk
