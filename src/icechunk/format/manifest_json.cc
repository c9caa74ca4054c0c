#include "icechunk/format/wire_json.h"
#include "icechunk/format/zstd_frame.h"
#include "manifest_wire.h"

namespace vdp::icechunk {
namespace {

constexpr std::size_t max_location_bytes = 8192;

class ManifestJson {
 public:
  ManifestJson(const wire::Manifest& manifest, std::size_t payload_bytes, const ObjectJsonLimits& limits)
      : manifest_(manifest), json_(limits, payload_bytes) {
    if (const auto* dictionary = manifest.location_dictionary()) {
      dictionary_.emplace(ByteView(dictionary->data(), dictionary->size()));
    }
  }

  Result<Json> make() {
    Json json;
    json["id"] = WireJson::id(manifest_.id());
    VDP_TRY(json_.add_list(json, "arrays", manifest_.arrays(), [&](const auto* array) { return array_json(*array); }));
    json["location_dictionary"] = json_.bytes(manifest_.location_dictionary());
    json["compression_algorithm"] = manifest_.compression_algorithm();
    json["extra"] = json_.bytes(manifest_.extra());
    return json;
  }

 private:
  Result<Json> array_json(const wire::ArrayManifest& array) {
    Json json;
    json["node_id"] = WireJson::id(array.node_id());
    VDP_TRY(json_.add_list(json, "refs", array.refs(), [&](const auto* ref) { return ref_json(*ref); }));
    json["extra"] = json_.bytes(array.extra());
    return json;
  }

  Result<Json> ref_json(const wire::ChunkRef& ref) {
    Json json;
    json_.add_numbers(json, "index", ref.index());
    json["inline"] = json_.bytes(ref.inline_());
    json["offset"] = ref.offset();
    json["length"] = ref.length();
    json["chunk_id"] = WireJson::id(ref.chunk_id());
    json["location"] = json_.text(ref.location());
    json["checksum_etag"] = json_.text(ref.checksum_etag());
    json["checksum_last_modified"] = ref.checksum_last_modified();
    VDP_ASSIGN(json["compressed_location"], compressed_location_json(ref.compressed_location()));
    json["extra"] = json_.bytes(ref.extra());
    return json;
  }

  /// With what it says.
  Result<Json> compressed_location_json(const WireBytes* compressed) {
    if (compressed == nullptr) return Json();
    if (!dictionary_) return corrupt("found a compressed_location, but the manifest has no location_dictionary");
    const ByteView frame(compressed->data(), compressed->size());
    VDP_ASSIGN_IN("compressed_location", const std::string_view location,
                  dictionary_->decode(frame, max_location_bytes));
    Json json = json_.bytes(compressed);
    json["text"] = json_.text(location);
    return json;
  }

  const wire::Manifest& manifest_;
  WireJson json_;
  std::optional<DictionaryDecoder> dictionary_;
};

}  // namespace

Result<Json> manifest_json(ByteView payload, const ObjectJsonLimits& limits) {
  VDP_ASSIGN(const wire::Manifest* manifest, verified_root<wire::Manifest>(payload, ObjectType::manifest));
  return ManifestJson(*manifest, payload.size(), limits).make();
}

}  // namespace vdp::icechunk
