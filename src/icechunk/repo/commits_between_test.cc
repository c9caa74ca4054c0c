#include "icechunk/repo/commits_between.h"

#include <gtest/gtest.h>

namespace vdp::icechunk {
namespace {

SnapshotId id(std::uint8_t number) { return SnapshotId{{number}}; }

/// Snapshots 0, 1, 2... in a line, each with its pruned ancestors.
RepoInfo line(const std::vector<std::vector<std::uint8_t>>& pruned) {
  RepoInfo info;
  for (std::size_t i = 0; i < pruned.size(); ++i) {
    SnapshotInfo snapshot;
    snapshot.id = id(static_cast<std::uint8_t>(i));
    snapshot.parent = static_cast<std::int32_t>(i) - 1;
    for (const std::uint8_t one : pruned[i]) snapshot.pruned_ancestor_logs.push_back(id(one));
    info.snapshots.push_back(snapshot);
  }
  return info;
}

std::vector<std::vector<SnapshotId>> logs(const RepoInfo& info, std::uint8_t base, std::uint8_t tip) {
  std::vector<std::vector<SnapshotId>> found;
  const auto commits = commits_between(info, id(base), id(tip)).value();
  for (const BranchCommit& commit : commits) found.push_back(commit.logs);
  return found;
}

TEST(CommitsBetween, AreOldestFirst) {
  const RepoInfo info = line({{}, {}, {}, {}});
  EXPECT_EQ(logs(info, 1, 3), (std::vector<std::vector<SnapshotId>>{{id(2)}, {id(3)}}));
  EXPECT_TRUE(logs(info, 3, 3).empty());
}

TEST(CommitsBetween, NameTheLogsOfDroppedAncestors) {
  const RepoInfo info = line({{}, {101, 102}, {}});
  EXPECT_EQ(logs(info, 0, 2), (std::vector<std::vector<SnapshotId>>{{id(101), id(102), id(1)}, {id(2)}}));
}

TEST(CommitsBetween, BeginAfterABaseThatWasDroppedItself) {
  const RepoInfo info = line({{}, {101, 102, 103}, {}});
  EXPECT_EQ(logs(info, 102, 2), (std::vector<std::vector<SnapshotId>>{{id(103), id(1)}, {id(2)}}));
  EXPECT_EQ(logs(info, 103, 2), (std::vector<std::vector<SnapshotId>>{{id(1)}, {id(2)}}));
}

TEST(CommitsBetween, NeedTheBaseAmongTheAncestors) {
  const RepoInfo info = line({{}, {}, {}});
  const auto commits = commits_between(info, id(2), id(1));
  ASSERT_FALSE(commits);
  EXPECT_EQ(commits.error().kind, ErrorKind::conflict);
  EXPECT_FALSE(commits_between(info, id(99), id(2)));
}

}  // namespace
}  // namespace vdp::icechunk
