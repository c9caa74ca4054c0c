#include "formats/inspect.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "base/base64.h"
#include "base/json_append.h"
#include "base/sha256.h"

namespace vdp {
namespace {

/// Attributes may hold NaN and infinities, which JSON cannot.
Json mark_non_finite(Json value) {
  if (value.is_structured()) {
    for (Json& item : value) item = mark_non_finite(std::move(item));
    return value;
  }
  if (!value.is_number_float()) return value;
  const double number = value.get<double>();
  if (std::isfinite(number)) return value;
  const char* name = std::isnan(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
  return {{"$float", name}};
}

class ChunkListing {
 public:
  ChunkListing(const VirtualTree& tree, const ChunkManifest& manifest, const InspectOptions& options)
      : tree_(tree), manifest_(manifest), options_(options) {}

  Json chunks() const { return manifest_.size() > options_.max_chunks ? digest() : list(); }

 private:
  std::string key(std::uint64_t index) const {
    const zarr::Shape position = manifest_.unravel(index);
    return position.empty() ? "c" : fmt::format("{}", fmt::join(position, "."));
  }
  const std::string& path(const VirtualRef& ref) const {
    static const std::string placeholder = "{file}";
    const std::string& url = manifest_.locations().at(ref.location).url;
    return url == tree_.source.url && !options_.raw_paths ? placeholder : url;
  }

  Json list() const {
    Json chunks = Json::object();
    manifest_.for_each([&](const ChunkManifest::Entry& entry) {
      Json place = entry.inlined != nullptr ? Json{{"inline", base64_encode(*entry.inlined)}}
                                            : Json::array({path(entry.ref), entry.ref.offset, entry.ref.length});
      append(chunks, key(entry.index), std::move(place));
    });
    return chunks;
  }

  Json digest() const {
    Sha256 sha;
    manifest_.for_each([&](const ChunkManifest::Entry& entry) {
      sha.update(entry.inlined != nullptr ? fmt::format("{} {}\n", key(entry.index), base64_encode(*entry.inlined))
                                          : fmt::format("{} {} {} {}\n", key(entry.index), path(entry.ref),
                                                        entry.ref.offset, entry.ref.length));
    });
    return Json{{"sha256", sha.finish_hex()}};
  }

  const VirtualTree& tree_;
  const ChunkManifest& manifest_;
  const InspectOptions& options_;
};

Json array_document(const VirtualTree& tree, const VirtualArray& array, const InspectOptions& options) {
  Json metadata = to_json(array.metadata);
  metadata.erase("attributes");
  if (array.metadata.rank() == 0) metadata["dimension_names"] = Json::array();  // as zarr-python says of a scalar
  Json document = Json::object();
  document["metadata"] = std::move(metadata);
  document["attributes"] = mark_non_finite(array.metadata.attributes);
  document["grid"] = array.manifest.grid_shape();
  document["nchunks"] = array.manifest.size();
  document["chunks"] = ChunkListing(tree, array.manifest, options).chunks();
  return document;
}

}  // namespace

Result<Json> inspect_document(const VirtualTree& tree, const InspectOptions& options) {
  Json document = Json::object();
  document["format"] = tree.format;
  document["groups"] = Json::object();
  for (const auto& [path, attributes] : tree.groups) {
    append(document["groups"], path, {{"attributes", mark_non_finite(attributes)}});
  }
  document["arrays"] = Json::object();
  for (const auto& [path, array] : tree.arrays) {
    append(document["arrays"], path, array_document(tree, array, options));
  }
  document["skipped"] = Json::array();
  for (const SkippedObject& object : tree.skipped) {
    document["skipped"].push_back({{"path", object.path}, {"reason", object.reason}});
  }
  return document;
}

Json inspect_error_document(const std::string& format, const Error& error) {
  return {{"error", {{"kind", to_string(error.kind)}, {"message", error.text()}}}, {"format", format}};
}

}  // namespace vdp
