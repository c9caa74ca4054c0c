// The small files of testdata/ (make_testdata.py says what is in them).
#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include "base/bytes.h"

namespace vdp::netcdf3 {

inline Bytes read_testdata(const std::string& name) {
  std::ifstream file(std::string(VDP_NETCDF3_TESTDATA) + "/" + name, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

}  // namespace vdp::netcdf3
