// What every Queue must do, as one suite of tests that each implementation registers with:
//
//   INSTANTIATE_TEST_SUITE_P(Memory, QueueConformance, testing::Values(QueueCase{"memory", make}), queue_case_name);
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "queue/queue.h"

namespace vdp {

struct QueueCase {
  std::string name;
  std::function<QueuePtr(QueueOptions)> make_empty;  ///< a fresh, empty queue for each test
};

class QueueConformance : public testing::TestWithParam<QueueCase> {
 protected:
  void SetUp() override;

  std::vector<std::string> send(const std::vector<std::string>& bodies);
  std::vector<Message> receive(std::size_t max_messages, std::int64_t visibility_timeout_us = 30'000'000);
  Message receive_one(std::int64_t visibility_timeout_us = 30'000'000);
  Status extend(const std::string& receipt, std::int64_t visibility_timeout_us);
  Status remove(const std::string& receipt);
  QueueDepth depth();

  static constexpr std::uint32_t max_receives_ = 3;
  ManualClock clock_{1'000'000'000};
  QueuePtr queue_;
};

inline std::string queue_case_name(const testing::TestParamInfo<QueueCase>& test) { return test.param.name; }

}  // namespace vdp
