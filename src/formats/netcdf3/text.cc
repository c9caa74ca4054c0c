#include "formats/netcdf3/text.h"

#include "base/utf8.h"

namespace vdp::netcdf3 {

std::string shown(std::string_view name) {
  constexpr std::size_t max_bytes = 256;  // NC_MAX_NAME
  return name.size() <= max_bytes ? utf8_text(name) : utf8_text(name.substr(0, max_bytes)) + "...";
}

}  // namespace vdp::netcdf3
