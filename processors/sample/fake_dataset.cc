#include "processors/sample/fake_dataset.h"

#include "zarr/codec_pipeline.h"

namespace vdp::sample {
namespace {

constexpr std::uint64_t chunk_offset = 16;

}  // namespace

VirtualDataset fake_dataset(const Granule& granule) {
  VirtualArray value;
  value.metadata.shape = {1, points};
  value.metadata.chunk_shape = {1, points};
  value.metadata.data_type = zarr::floating(4);
  value.metadata.fill_value = "NaN";
  value.metadata.codecs = {{"bytes", {{"endian", "little"}}}};
  value.metadata.dimension_names = {"step", "point"};
  value.metadata.attributes = {{"long_name", "a value per step and point"}};
  value.manifest = ChunkManifest(value.metadata.grid_shape());
  const auto location = value.manifest.add_location({granule.uri, granule.etag, 0});
  value.manifest.set_virtual(0, {location, chunk_offset, points * sizeof(float)});

  VirtualDataset dataset;
  dataset.variables.emplace("value", std::move(value));
  dataset.attributes = {{"title", "sample"}};
  return dataset;
}

}  // namespace vdp::sample
