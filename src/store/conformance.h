// What every ObjectStore must do, as suites of tests that each implementation registers with: StoreReading, and unless
// it can only be read, StoreConformance.
//
//   INSTANTIATE_TEST_SUITE_P(Memory, StoreReading, testing::Values(StoreCase{"memory", [] { ... }}), store_case_name);
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "store/object_store.h"

namespace vdp {

struct StoreCase {
  std::string name;
  std::function<ObjectStorePtr()> make_empty;  ///< a fresh, empty store for each test
  /// Of a store that can only be read: what reads the one of `make_empty`.
  std::function<ObjectStorePtr(ObjectStorePtr)> make_reader{};
  bool compares_versions = true;  ///< replace_only, and if_etag of copy, are honoured
  int racing_threads = 8;
};
inline void PrintTo(const StoreCase& one, std::ostream* out) { *out << one.name; }

/// None of them may name an object.
inline constexpr const char* bad_keys[] = {"",          "/",  "/etc/passwd", "a//b",  "a/",  "../a",
                                           "a/../../b", "..", ".",           "a/./b", "a/.."};

class StoreReading : public testing::TestWithParam<StoreCase> {
 protected:
  void SetUp() override;

  /// Puts text unconditionally and gives what the store under test then tells of it.
  ObjectInfo put(std::string_view key, std::string_view text);
  std::string get(std::string_view key);
  std::vector<std::string> keys(std::string_view prefix);

  ObjectStorePtr writer_;  ///< mostly the same as
  ObjectStorePtr store_;   ///< the store under test
};

class StoreConformance : public StoreReading {};

inline std::string store_case_name(const testing::TestParamInfo<StoreCase>& test) { return test.param.name; }

}  // namespace vdp
