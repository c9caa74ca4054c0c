// What a store holds, told against its dataset file.
#pragma once

#include <cstdint>
#include <string>

#include "base/json_fwd.h"
#include "pipeline/dataset_processor.h"

namespace vdp {

struct StoreStatus {
  bool exists = false;
  std::string snapshot;  ///< tip of the branch
  TimestampUs committed_us = 0;
  std::uint64_t commits = 0;  ///< in the branch's history
  std::uint64_t slots = 0;    ///< length of the axis
  std::uint64_t filled_slots = 0;
  std::uint64_t granules = 0;
  std::uint64_t late = 0;   ///< granules that wait in the ledger
  std::string first_value;  ///< of the axis; empty where it has none
  std::string last_value;
  std::uint64_t variables = 0;
  std::uint64_t discovered = 0;  ///< granules under the source prefix
  std::uint64_t missing = 0;     ///< of them, not in the store in their present version
};

Result<StoreStatus> store_status(DatasetProcessor& processor);
Json to_json(const StoreStatus& status);

}  // namespace vdp
