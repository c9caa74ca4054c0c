#include "net/http_date.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <array>
#include <chrono>

namespace vdp {

std::optional<TimestampUs> parse_http_date(std::string_view text) {
  constexpr std::size_t longest = 64;
  if (text.empty() || text.size() > longest) return std::nullopt;
  const time_t seconds = curl_getdate(std::string(text).c_str(), nullptr);
  if (seconds < 0) return std::nullopt;
  return static_cast<TimestampUs>(seconds) * 1'000'000;
}

std::string format_http_date(TimestampUs timestamp_us) {
  using namespace std::chrono;
  constexpr std::array days_of_week = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto instant = floor<seconds>(sys_time<microseconds>(microseconds(timestamp_us)));
  const auto day = floor<days>(instant);
  const year_month_day date(day);
  const hh_mm_ss time(instant - day);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", days_of_week[weekday(day).c_encoding()],
                     unsigned(date.day()), months[unsigned(date.month()) - 1], int(date.year()), time.hours().count(),
                     time.minutes().count(), time.seconds().count());
}

}  // namespace vdp
