#include "apps/cli/progress_bar.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "apps/cli/notice.h"

namespace vdp::cli {
namespace {

constexpr std::int64_t terminal_interval_us = 100'000;
constexpr std::int64_t plain_interval_us = 5'000'000;
constexpr std::size_t bar_width = 24;

std::string bar(const ProgressCounts& counts) {
  const std::uint64_t total = std::max<std::uint64_t>(counts.files_total, 1);
  const std::size_t filled = std::min<std::uint64_t>(bar_width, counts.files_done * bar_width / total);
  return "[" + std::string(filled, '#') + std::string(bar_width - filled, '.') + "]";
}

}  // namespace

std::string format_duration(std::int64_t duration_s) {
  if (duration_s >= 3600) {
    return fmt::format("{}:{:02}:{:02}", duration_s / 3600, duration_s / 60 % 60, duration_s % 60);
  }
  return fmt::format("{}:{:02}", duration_s / 60, duration_s % 60);
}

std::string format_bytes(std::uint64_t bytes) {
  constexpr std::array units = {"B", "kB", "MB", "GB", "TB", "PB"};
  if (bytes < 1000) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 999.95 && unit + 1 < units.size()) {
    value /= 1000;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, units[unit]);
}

std::string describe_progress(const ProgressCounts& counts, std::int64_t elapsed_us) {
  const double elapsed_s = std::max(1e-6, static_cast<double>(elapsed_us) / 1e6);
  const double rate = static_cast<double>(counts.files_done) / elapsed_s;
  const std::string total = counts.files_total == 0 ? "" : fmt::format("/{}", counts.files_total);
  std::string text = fmt::format("{}{} files, {} refs, {}, {} commits", counts.files_done, total, counts.refs,
                                 format_bytes(counts.source_bytes), counts.commits);
  if (counts.files_rejected != 0) text += fmt::format(", {} rejected", counts.files_rejected);
  if (counts.retries != 0) text += fmt::format(", {} retries", counts.retries);
  text += fmt::format(", {:.1f} files/s", rate);
  if (counts.files_done != 0 && counts.files_done < counts.files_total) {
    const double left_s = static_cast<double>(counts.files_total - counts.files_done) / rate;
    text += fmt::format(", {} left", format_duration(static_cast<std::int64_t>(left_s)));
  }
  return text;
}

ProgressBar::ProgressBar(Clock& clock, bool is_terminal, bool quiet)
    : clock_(clock), is_terminal_(is_terminal), quiet_(quiet), started_us_(clock.now_us()) {}

ProgressBar::~ProgressBar() {
  if (line_open_) std::fputc('\n', stderr);
}

void ProgressBar::on_progress(const ProgressCounts& counts) {
  if (quiet_) return;
  const TimestampUs now_us = clock_.now_us();
  const bool finished = counts.files_done >= counts.files_total;
  if (!finished && now_us - drawn_us_ < (is_terminal_ ? terminal_interval_us : plain_interval_us)) return;
  drawn_us_ = now_us;
  draw(counts);
}

void ProgressBar::draw(const ProgressCounts& counts) {
  const std::string text = describe_progress(counts, clock_.now_us() - started_us_);
  if (is_terminal_) {
    fmt::print(stderr, "\r\x1b[K{} {}", bar(counts), text);
    std::fflush(stderr);
    line_open_ = true;
  } else {
    notice(LogLevel::info, text);
  }
}

}  // namespace vdp::cli
