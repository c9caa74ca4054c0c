// Broken structures, each by itself: where its signature stands in the small files, with bytes of the file changed.
// What is wrong aborts (see structure_fuzz_body.h). With VDP_FUZZ_SEEDS=DIR in the environment the unchanged inputs are
// written to DIR/TARGET/, as seeds of the fuzz targets.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <string_view>

#include "formats/hdf5/structure_fuzz_body.h"
#include "formats/hdf5/testdata.h"

namespace vdp::hdf5 {
namespace {

constexpr std::array files = {"classic.h5", "dense.h5", "netcdf.nc", "indexes.h5", "shared.h5", "filtered.h5"};

struct Target {
  const char* name;
  void (*run)(ByteView);
};
constexpr Target object{"hdf5_object", read_arbitrary_object};
constexpr Target btree{"hdf5_btree", read_arbitrary_btree};
constexpr Target heap{"hdf5_heap", read_arbitrary_heap};
constexpr Target chunk_index{"hdf5_chunk_index", read_arbitrary_chunk_index};

struct Structure {
  std::string_view signature;
  Target target;
  std::uint8_t choice;
};
constexpr std::array structures = {
    Structure{"OHDR", object, 0},      Structure{"BTHD", btree, 0},       Structure{"TREE", btree, 1},
    Structure{"FRHP", heap, 0},        Structure{"GCOL", heap, 1},        Structure{"HEAP", heap, 2},
    Structure{"TREE", chunk_index, 0}, Structure{"FAHD", chunk_index, 3}, Structure{"EAHD", chunk_index, 4},
    Structure{"BTHD", chunk_index, 5},
};

/// Of the datasets in indexes.h5 and of others: shape / 16, chunk shape - 1, unlimited axes, rank and filters.
using Parameters = std::array<std::uint8_t, ArbitraryStructure::parameter_count>;
constexpr std::array parameters = {Parameters{1, 1, 1, 0, 0, 0, 1, 0}, Parameters{4, 6, 1, 1, 1, 0, 2, 1},
                                   Parameters{69, 1, 1, 0, 0, 0, 0, 0}, Parameters{2, 2, 2, 1, 3, 7, 1, 6}};

Bytes input_of(const Structure& structure, Address address, const Parameters& given, const Bytes& file) {
  Bytes input;
  input.reserve(ArbitraryStructure::head_bytes + file.size());
  input.push_back(structure.choice);
  input.push_back(static_cast<std::uint8_t>(address & 0xff));
  input.push_back(static_cast<std::uint8_t>(address >> 8));
  input.insert(input.end(), given.begin(), given.end());
  input.insert(input.end(), file.begin(), file.end());
  return input;
}

std::vector<Address> addresses_of(std::string_view signature, const Bytes& file) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  std::vector<Address> found;
  for (auto at = text.find(signature); at < 0x10000; at = text.find(signature, at + 1)) found.push_back(at);
  return found;
}

void write_seed(const Target& target, const Bytes& input) {
  static int number = 0;
  const char* folder = std::getenv("VDP_FUZZ_SEEDS");
  if (folder == nullptr) return;
  const auto place = std::filesystem::path(folder) / target.name;
  std::filesystem::create_directories(place);
  std::ofstream(place / std::to_string(number++), std::ios::binary)
      .write(reinterpret_cast<const char*>(input.data()), static_cast<std::streamsize>(input.size()));
}

TEST(BrokenStructures, EachWhereItsSignatureStands) {
  constexpr int rounds = 40;
  std::mt19937 random(20261123);
  int cases = 0;
  for (const char* name : files) {
    const Bytes file = read_testdata(name);
    for (const Structure& structure : structures) {
      for (const Address address : addresses_of(structure.signature, file)) {
        for (const Parameters& given : parameters) {
          const Bytes whole = input_of(structure, address, given, file);
          structure.target.run(whole);
          write_seed(structure.target, whole);
          for (int round = 0; round < rounds; ++round) {
            Bytes broken = whole;
            // The structure's own bytes, and with them what it leads to.
            const std::size_t at = ArbitraryStructure::head_bytes + address + random() % 96;
            if (at < broken.size()) broken[at] = static_cast<std::uint8_t>(random() % 3 == 0 ? 0xff : random());
            broken[3 + random() % 8] = static_cast<std::uint8_t>(random());
            structure.target.run(broken);
            ++cases;
          }
        }
      }
    }
  }
  EXPECT_GT(cases, 5000);
  RecordProperty("cases", cases);
}

TEST(BrokenStructures, CutAnywhere) {
  const Bytes file = read_testdata("indexes.h5");
  for (const Structure& structure : structures) {
    for (const Address address : addresses_of(structure.signature, file)) {
      for (std::size_t size = address; size < std::min<std::size_t>(address + 200, file.size()); size += 3) {
        const Bytes cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
        structure.target.run(input_of(structure, address, parameters[1], cut));
      }
    }
  }
}

}  // namespace
}  // namespace vdp::hdf5
