// What one file of an archive tells about the dataset file to write: only what its own time proves.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "dataset/calendar.h"

namespace vdp::cli {

struct SampleFacts {
  std::string folder;         ///< absolute, or a URL; ends in '/'
  std::string group = "/";    ///< where the axis is
  std::string axis;           ///< the one coordinate of the file that counts absolute time
  std::string pattern = "*";  ///< the file's name, with the first time of the file found in it as a field
  std::string first_time;     ///< of the file, for people
};

/// Reads a file by path or URL. `invalid` where it has no coordinate of absolute time, or several.
Result<SampleFacts> look_into(const std::string& source);

/// The name with each place that writes `time` as a field: by the finest way of writing it that is found, of those that
/// tell the day. Nothing where there is none, or where the name has characters that patterns take for their own.
std::optional<std::string> pattern_of_name(std::string_view name, const std::string& axis,
                                           const dataset::DateTime& time, dataset::Calendar calendar);

}  // namespace vdp::cli
