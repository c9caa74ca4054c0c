// S3 Inventory: the daily or weekly list of a bucket's objects that S3 delivers.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html
#pragma once

#include <string_view>

#include "discover/inventory.h"
#include "discover/inventory_file.h"

namespace vdp {

/// Whether this is a manifest.json: an object that names "fileFormat" and "files".
bool is_s3_inventory_manifest(std::string_view text);

/// Rows of other buckets, older versions and delete markers are left out. `unsupported` for ORC and Parquet: the
/// distributions that this is built on have no library for them.
Result<Inventory> read_s3_inventory(const dataset::SourceSpec& source, const InventoryFile& manifest,
                                    std::string_view text, std::uint64_t max_bytes);

}  // namespace vdp
