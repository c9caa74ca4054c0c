// Time as a dependency, so that tests can set it.
#pragma once

#include <cstdint>
#include <string>

namespace vdp {

/// Microseconds since 1970-01-01T00:00:00Z.
using TimestampUs = std::int64_t;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimestampUs now_us() = 0;
  virtual void sleep_us(std::int64_t duration_us) = 0;
};

/// The machine's wall clock.
Clock& system_clock();

/// A clock that moves only when told to, or when somebody sleeps on it.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(TimestampUs now_us) : now_us_(now_us) {}
  TimestampUs now_us() override { return now_us_; }
  void sleep_us(std::int64_t duration_us) override { now_us_ += duration_us; }

 private:
  TimestampUs now_us_;
};

/// RFC 3339 in UTC: "2026-11-22T17:30:00.123456Z"; whole seconds are written without a fraction.
std::string format_timestamp(TimestampUs timestamp_us);

}  // namespace vdp
