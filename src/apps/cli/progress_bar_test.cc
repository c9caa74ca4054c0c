#include "apps/cli/progress_bar.h"

#include <gtest/gtest.h>

namespace vdp::cli {
namespace {

TEST(ProgressBar, FormatsSizesAndDurations) {
  EXPECT_EQ(format_bytes(999), "999 B");
  EXPECT_EQ(format_bytes(1500), "1.5 kB");
  EXPECT_EQ(format_bytes(999'999), "1.0 MB");
  EXPECT_EQ(format_duration(7), "0:07");
  EXPECT_EQ(format_duration(3723), "1:02:03");
}

TEST(ProgressBar, TellsRateAndTimeLeft) {
  ProgressCounts counts;
  counts.files_total = 30;
  counts.files_done = 10;
  counts.refs = 770;
  counts.commits = 1;
  EXPECT_EQ(describe_progress(counts, 2'000'000), "10/30 files, 770 refs, 0 B, 1 commits, 5.0 files/s, 0:04 left");
}

TEST(ProgressBar, NamesRejectionsAndNoTimeLeftAtTheEnd) {
  ProgressCounts counts;
  counts.files_total = counts.files_done = 2;
  counts.files_rejected = 1;
  EXPECT_EQ(describe_progress(counts, 1'000'000), "2/2 files, 0 refs, 0 B, 0 commits, 1 rejected, 2.0 files/s");
}

TEST(ProgressBar, NamesNoTotalWhereNobodyKnowsIt) {
  ProgressCounts counts;
  counts.files_done = 2;
  EXPECT_EQ(describe_progress(counts, 1'000'000), "2 files, 0 refs, 0 B, 0 commits, 2.0 files/s");
}

}  // namespace
}  // namespace vdp::cli
