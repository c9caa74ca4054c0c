#include "base/clock.h"

#include <fmt/format.h>

#include <chrono>
#include <thread>

namespace vdp {
namespace {

class SystemClock final : public Clock {
 public:
  TimestampUs now_us() override {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  }
  void sleep_us(std::int64_t duration_us) override {
    std::this_thread::sleep_for(std::chrono::microseconds(duration_us));
  }
};

}  // namespace

Clock& system_clock() {
  static SystemClock clock;
  return clock;
}

std::string format_timestamp(TimestampUs timestamp_us) {
  using namespace std::chrono;
  const auto instant = sys_time<microseconds>(microseconds(timestamp_us));
  const auto day = floor<days>(instant);
  const year_month_day date(day);
  const hh_mm_ss time(instant - day);
  std::string text =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", int(date.year()), unsigned(date.month()), unsigned(date.day()),
                  time.hours().count(), time.minutes().count(), time.seconds().count());
  if (time.subseconds().count() != 0) text += fmt::format(".{:06}", time.subseconds().count());
  return text + "Z";
}

}  // namespace vdp
