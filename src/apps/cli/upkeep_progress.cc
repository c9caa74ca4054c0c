#include "apps/cli/upkeep_progress.h"

#include <fmt/format.h>

#include <cstdio>

#include "apps/cli/notice.h"
#include "apps/cli/progress_bar.h"

namespace vdp::cli {
namespace {

constexpr std::int64_t terminal_interval_us = 100'000;
constexpr std::int64_t plain_interval_us = 5'000'000;

}  // namespace

UpkeepProgress::UpkeepProgress(Clock& clock, bool is_terminal, bool quiet)
    : clock_(clock), is_terminal_(is_terminal), quiet_(quiet), shown_us_(clock.now_us()) {}

UpkeepProgress::~UpkeepProgress() {
  if (line_open_) std::fputc('\n', stderr);
}

void UpkeepProgress::show(const icechunk::CollectProgress& progress) {
  const TimestampUs now_us = clock_.now_us();
  if (quiet_ || now_us - shown_us_ < (is_terminal_ ? terminal_interval_us : plain_interval_us)) return;
  shown_us_ = now_us;
  const std::string text =
      fmt::format("{} snapshots and {} manifests read, {} objects deleted, {}", progress.snapshots_read,
                  progress.manifests_read, progress.deleted.objects, format_bytes(progress.deleted.bytes));
  if (!is_terminal_) return notice(LogLevel::info, text);
  fmt::print(stderr, "\r\x1b[K{}", text);
  std::fflush(stderr);
  line_open_ = true;
}

}  // namespace vdp::cli
