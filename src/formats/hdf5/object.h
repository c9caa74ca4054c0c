// One object of the file, decoded: a group with its links, or a dataset with all that its header says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "formats/hdf5/dataspace.h"
#include "formats/hdf5/datatype.h"
#include "formats/hdf5/external_files.h"
#include "formats/hdf5/link.h"
#include "formats/hdf5/storage_messages.h"

namespace vdp::hdf5 {

/// What the attributes of the Dimension Scales specification and of netCDF-4 say about a dataset.
struct DimensionRole {
  bool is_scale = false;
  bool is_placeholder = false;               ///< netCDF: "a netCDF dimension but not a netCDF variable"
  std::optional<std::int64_t> netcdf_id;     ///< _Netcdf4Dimid
  std::vector<std::int64_t> coordinate_ids;  ///< _Netcdf4Coordinates: netCDF ids of its dimensions
  std::vector<std::vector<Address>> scales;  ///< DIMENSION_LIST: attached scales, by dimension
};

struct DatasetHeader {
  Dataspace space;
  Datatype type;
  FillValue fill;
  Layout layout;
  std::vector<Filter> filters;
  std::optional<ExternalStorage> external;  ///< where the values lie, if not in this file
};

struct Object {
  enum class Kind : std::uint8_t { group, dataset, named_datatype };
  Kind kind = Kind::group;
  std::vector<Link> links;  ///< of a group
  std::optional<DatasetHeader> dataset;
  Json attributes = Json::object();  ///< without those that only serve the format
  std::vector<std::string> lost;     ///< "attribute x: reason", of attributes that JSON cannot hold
  DimensionRole role;
  std::string problem;  ///< why the object as a whole cannot be represented; empty: it can
};

/// What is known of an object that still misses bytes: those that it leads to can be asked for at the same time.
struct Foresight {
  std::vector<Address> children;         ///< of a group: the objects of its hard links
  std::optional<DatasetHeader> dataset;  ///< of a dataset whose attributes are missing
};

/// The object whose header is at `address`. Nothing that it returns refers to the file's bytes. `foreseen` is filled as
/// far as that was possible where bytes are missing.
Decoded<Object> read_object(const FileView& file, Address address, Foresight& foreseen);

}  // namespace vdp::hdf5
