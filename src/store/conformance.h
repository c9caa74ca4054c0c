// What every ObjectStore must do, as one suite of tests that each implementation registers with:
//
//   INSTANTIATE_TEST_SUITE_P(Memory, StoreConformance, testing::Values(StoreCase{"memory", [] { ... }}),
//   store_case_name);
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "store/object_store.h"

namespace vdp {

struct StoreCase {
  std::string name;
  std::function<ObjectStorePtr()> make_empty;  ///< a fresh, empty store for each test
  bool compares_versions = true;               ///< replace_only, and if_etag of copy, are honoured
  int racing_threads = 8;
};

class StoreConformance : public testing::TestWithParam<StoreCase> {
 protected:
  void SetUp() override;

  /// Puts text unconditionally and gives its info.
  ObjectInfo put(std::string_view key, std::string_view text);
  std::string get(std::string_view key);
  std::vector<std::string> keys(std::string_view prefix);

  ObjectStorePtr store_;
};

inline std::string store_case_name(const testing::TestParamInfo<StoreCase>& test) { return test.param.name; }

}  // namespace vdp
