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
  /// A fresh, empty queue for each test, which moves a message to the dead letters after `max_receives` deliveries.
  std::function<QueuePtr(QueueOptions)> make_empty;

  // What a queue of somebody else's server can do no better. None of it is a promise that a caller builds on.
  bool runs_on_own_clock = false;    ///< not on QueueOptions::clock: time passes by waiting, in whole seconds
  bool holds_any_bytes = true;       ///< else: text of at least one character
  bool keeps_ids_on_redrive = true;  ///< else: what is redriven is a new message
};
inline void PrintTo(const QueueCase& one, std::ostream* out) { *out << one.name; }

class QueueConformance : public testing::TestWithParam<QueueCase> {
 protected:
  void SetUp() override;

  std::vector<std::string> send(const std::vector<std::string>& bodies);
  std::vector<Message> receive(std::size_t max_messages, std::int64_t visibility_timeout_us = 30'000'000);
  Message receive_one(std::int64_t visibility_timeout_us = 30'000'000);
  Status extend(const std::string& receipt, std::int64_t visibility_timeout_us);
  Status remove(const std::string& receipt);
  QueueDepth depth();

  /// Lets so much time pass, by the queue's clock; a little more where that is not ours.
  void pass(std::int64_t duration_us);
  /// The same where that is our clock, and nothing elsewhere: for times that a test cannot wait for.
  void pass_quickly(std::int64_t duration_us);
  /// Whether `found_us` is now: exactly, or about so by another clock.
  bool is_now(TimestampUs found_us);

  static constexpr std::uint32_t max_receives_ = 3;
  /// The shortest time that a test can tell, twice.
  std::int64_t unit_us_ = 10'000'000;
  ManualClock clock_{1'000'000'000};
  QueuePtr queue_;
};

inline std::string queue_case_name(const testing::TestParamInfo<QueueCase>& test) { return test.param.name; }

}  // namespace vdp
