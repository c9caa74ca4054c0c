#include "store/local_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "store/conformance.h"
#include "store/open_store.h"

namespace vdp {
namespace {

namespace fs = std::filesystem;

/// A directory of its own, gone with the object.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string pattern = (fs::temp_directory_path() / "vdp-store-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~ScratchDirectory() { fs::remove_all(path_); }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

ObjectStorePtr scratch_store(LocalStoreOptions options) {
  static std::vector<std::unique_ptr<ScratchDirectory>> directories;  // removed when the program ends
  directories.push_back(std::make_unique<ScratchDirectory>());
  return *open_local_store((directories.back()->path() / "store").string(), options);
}

INSTANTIATE_TEST_SUITE_P(
    Local, StoreConformance,
    testing::Values(StoreCase{"durable", [] { return scratch_store({.durable = true}); }},
                    StoreCase{"fast", [] { return scratch_store({.durable = false}); }},
                    StoreCase{"following", [] { return scratch_store({.durable = false, .follow_links = true}); }}),
    store_case_name);
INSTANTIATE_TEST_SUITE_P(
    Local, StoreReading,
    testing::Values(StoreCase{"durable", [] { return scratch_store({.durable = true}); }},
                    StoreCase{"fast", [] { return scratch_store({.durable = false}); }},
                    StoreCase{"following", [] { return scratch_store({.durable = false, .follow_links = true}); }}),
    store_case_name);

class LocalStoreTest : public testing::Test {
 protected:
  fs::path root() const { return scratch_.path() / "store"; }
  void write_file(const fs::path& path, std::string_view text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }

  ScratchDirectory scratch_;
  ObjectStorePtr store_ = *open_local_store(root().string());
};

TEST_F(LocalStoreTest, MakesItsDirectoryOnTheFirstPutOnly) {
  EXPECT_TRUE(store_->list("")->empty());
  EXPECT_EQ(store_->get("a").error().kind, ErrorKind::not_found);
  EXPECT_TRUE(store_->remove("a"));
  EXPECT_FALSE(fs::exists(root()));
  ASSERT_TRUE(store_->put("a", {}));
  EXPECT_TRUE(fs::exists(root() / "a"));
}

TEST_F(LocalStoreTest, LeavesNothingBesideTheObjects) {
  const auto first = store_->put("repo", as_bytes("1"), PutCondition::create_only());
  ASSERT_TRUE(first);
  EXPECT_FALSE(store_->put("repo", as_bytes("2"), PutCondition::create_only()));
  EXPECT_FALSE(store_->put("repo", as_bytes("2"), PutCondition::replace_only("0-0-0")));
  ASSERT_TRUE(store_->put("repo", as_bytes("2"), PutCondition::replace_only(first->etag)));
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(root())) names.push_back(entry.path().filename().string());
  EXPECT_EQ(names, std::vector<std::string>{"repo"});
}

TEST_F(LocalStoreTest, TemporaryFilesOfACrashAreNoObjects) {
  write_file(root() / ".vdp#12345", "torn");
  write_file(root() / "a#b", "whole");
  const auto found = store_->list("");
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ((*found)[0].key, "a#b");
  EXPECT_EQ(store_->put("x#1", {}).error().kind, ErrorKind::invalid);
}

TEST_F(LocalStoreTest, FollowsNoSymbolicLink) {
  write_file(scratch_.path() / "outside/secret", "secret");
  fs::create_directories(root());
  fs::create_symlink(scratch_.path() / "outside/secret", root() / "link");
  fs::create_directory_symlink(scratch_.path() / "outside", root() / "directory");
  for (const char* key : {"link", "directory/secret"}) {
    EXPECT_EQ(store_->get(key).error().kind, ErrorKind::denied) << key;
    EXPECT_EQ(store_->head(key).error().kind, ErrorKind::denied) << key;
    EXPECT_EQ(store_->get_range(key, {0, 1}).error().kind, ErrorKind::denied) << key;
  }
  EXPECT_EQ(store_->put("directory/new", {}).error().kind, ErrorKind::denied);
  EXPECT_EQ(store_->remove("directory/secret").error().kind, ErrorKind::denied);
  EXPECT_TRUE(store_->list("")->empty());
  EXPECT_TRUE(fs::exists(scratch_.path() / "outside/secret"));
  EXPECT_FALSE(fs::exists(scratch_.path() / "outside/new"));
}

class LinkedStoreTest : public LocalStoreTest {
 protected:
  std::vector<std::string> keys(std::string_view prefix = "") {
    std::vector<std::string> keys;
    const auto listed = store_->list(prefix);
    EXPECT_TRUE(listed);
    if (listed) std::ranges::transform(*listed, std::back_inserter(keys), &ObjectInfo::key);
    return keys;
  }
  void link(const fs::path& target, const fs::path& name) {
    fs::create_directories((root() / name).parent_path());
    fs::create_symlink(target, root() / name);
  }

  ObjectStorePtr store_ = *open_local_store(root().string(), {.follow_links = true});
};

TEST_F(LinkedStoreTest, ALinkToAFileIsThatFile) {
  write_file(scratch_.path() / "outside/a.nc", "content");
  link(scratch_.path() / "outside/a.nc", "in/link.nc");
  link("link.nc", "in/again.nc");
  const auto target = (*open_local_store((scratch_.path() / "outside").string()))->head("a.nc");
  const auto listed = store_->list("");
  ASSERT_TRUE(listed);
  ASSERT_EQ(keys(), (std::vector<std::string>{"in/again.nc", "in/link.nc"}));
  for (const ObjectInfo& info : *listed) {
    for (const auto& found : {info, *store_->head(info.key), store_->get(info.key)->info}) {
      EXPECT_EQ(found.key, info.key);
      EXPECT_EQ(found.size, 7u);
      EXPECT_EQ(found.etag, target->etag);
      EXPECT_EQ(found.last_modified_us, target->last_modified_us);
    }
    EXPECT_EQ(as_text(store_->get(info.key)->bytes), "content");
    EXPECT_EQ(as_text(*store_->get_range(info.key, {3, 2}, target->etag)), "te");
  }
}

TEST_F(LinkedStoreTest, ALinkToADirectoryHoldsItsFilesUnderBothNames) {
  write_file(root() / "tas/v2/a.nc", "new");
  write_file(root() / "tas/v1/a.nc", "old");
  link("v2", "tas/latest");
  EXPECT_EQ(keys(), (std::vector<std::string>{"tas/latest/a.nc", "tas/v1/a.nc", "tas/v2/a.nc"}));
  EXPECT_EQ(keys("tas/latest/"), std::vector<std::string>{"tas/latest/a.nc"});
  EXPECT_EQ(as_text(store_->get("tas/latest/a.nc")->bytes), "new");
  fs::remove(root() / "tas/latest");
  link("v1", "tas/latest");
  EXPECT_EQ(as_text(store_->get("tas/latest/a.nc")->bytes), "old");
}

TEST_F(LinkedStoreTest, CyclesEnd) {
  write_file(root() / "a/x", "x");
  write_file(root() / "b/y", "y");
  link(".", "a/self");
  link("..", "a/up");
  link("../b", "a/b");
  link("../a", "b/a");
  EXPECT_EQ(keys(), (std::vector<std::string>{"a/b/y", "a/x", "b/a/x", "b/y"}));
  EXPECT_EQ(as_text(store_->get("a/self/self/x")->bytes), "x");
}

TEST_F(LinkedStoreTest, ADanglingLinkIsListedAndNotFound) {
  write_file(root() / "here", "x");
  link("nowhere.nc", "lost.nc");
  link("lost.nc", "lost-too.nc");
  link("loop.nc", "loop.nc");
  const auto listed = store_->list("lo");
  ASSERT_TRUE(listed);
  ASSERT_EQ(keys("lo"), (std::vector<std::string>{"loop.nc", "lost-too.nc", "lost.nc"}));
  const auto before = listed->back();
  EXPECT_EQ(before.size, 0u);
  EXPECT_GE(before.last_modified_us, store_->head("here")->last_modified_us);
  for (const auto& error : {store_->head("lost.nc").error(), store_->get("lost.nc").error(),
                            store_->get_range("lost.nc", {0, 1}).error()}) {
    EXPECT_EQ(error.kind, ErrorKind::not_found);
    EXPECT_NE(error.text().find((root() / "lost.nc").string()), std::string::npos) << error.text();
    EXPECT_NE(error.text().find("nowhere.nc"), std::string::npos) << error.text();
  }
  EXPECT_FALSE(store_->get("loop.nc"));
  // The target's arrival is a new version.
  write_file(root() / "nowhere.nc", "content");
  EXPECT_NE(store_->head("lost.nc")->etag, before.etag);
  EXPECT_EQ(store_->list("lost.nc")->front().size, 7u);
}

TEST_F(LinkedStoreTest, WhatIsNoFileStaysUnlisted) {
  ASSERT_TRUE(store_->put("a", {}));
  ASSERT_EQ(mkfifo((root() / "pipe").c_str(), 0600), 0);
  link("pipe", "link");
  EXPECT_EQ(keys(), std::vector<std::string>{"a"});
  EXPECT_EQ(store_->get("link").error().kind, ErrorKind::not_found);
}

TEST_F(LinkedStoreTest, NothingIsWrittenThroughALink) {
  write_file(scratch_.path() / "outside/a", "old");
  link(scratch_.path() / "outside", "directory");
  link(scratch_.path() / "outside/a", "file");
  EXPECT_EQ(store_->put("directory/a", as_bytes("new")).error().kind, ErrorKind::denied);
  EXPECT_EQ(store_->put("directory/new", {}).error().kind, ErrorKind::denied);
  EXPECT_EQ(store_->remove("directory/a").error().kind, ErrorKind::denied);
  const std::string version = store_->head("file")->etag;
  EXPECT_EQ(store_->put("file", {}, PutCondition::replace_only(version)).error().kind, ErrorKind::denied);
  ASSERT_TRUE(store_->put("file", as_bytes("own")));
  EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(root() / "file")));
  EXPECT_EQ(as_text((*open_local_store((scratch_.path() / "outside").string()))->get("a")->bytes), "old");
  EXPECT_FALSE(fs::exists(scratch_.path() / "outside/new"));
}

TEST_F(LinkedStoreTest, ArchivesAreOpenedSoAndRepositoriesNot) {
  write_file(root() / "a", "x");
  link("a", "link");
  const std::string url = store_->url();
  EXPECT_TRUE((*open_source_store(url))->get("link"));
  EXPECT_TRUE((*open_source_store(root().string()))->get("link"));
  EXPECT_EQ((*open_store(url))->get("link").error().kind, ErrorKind::denied);
  EXPECT_EQ(open_source_store("gopher://host/x").error().kind, ErrorKind::unsupported);
}

TEST_F(LocalStoreTest, AnObjectHoldsNoOthers) {
  ASSERT_TRUE(store_->put("a", as_bytes("x")));
  EXPECT_EQ(store_->put("a/b", {}).error().kind, ErrorKind::invalid);
  ASSERT_TRUE(store_->put("c/d", as_bytes("x")));
  EXPECT_EQ(store_->put("c", {}).error().kind, ErrorKind::invalid);
  EXPECT_TRUE(store_->remove("c"));
  EXPECT_TRUE(store_->head("c/d"));
}

TEST_F(LocalStoreTest, ANamedPipeIsNoObject) {
  fs::create_directories(root());
  ASSERT_EQ(mkfifo((root() / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(store_->get("pipe").error().kind, ErrorKind::not_found);
  EXPECT_TRUE(store_->list("")->empty());
}

TEST_F(LocalStoreTest, MissingPermissionIsDenied) {
  constexpr uid_t nobody = 65534;
  const bool is_root = geteuid() == 0;  // whom no permission stops
  if (is_root) {
    ASSERT_EQ(chown(scratch_.path().c_str(), nobody, static_cast<gid_t>(-1)), 0);
    ASSERT_EQ(seteuid(nobody), 0);
  }
  ASSERT_TRUE(store_->put("closed/a", as_bytes("x")));
  fs::permissions(root() / "closed/a", fs::perms::none);
  EXPECT_EQ(store_->get("closed/a").error().kind, ErrorKind::denied);
  fs::permissions(root() / "closed", fs::perms::none);
  EXPECT_EQ(store_->list("").error().kind, ErrorKind::denied);
  EXPECT_EQ(store_->put("closed/b", {}).error().kind, ErrorKind::denied);
  fs::permissions(root() / "closed", fs::perms::owner_all);
  if (is_root) {
    ASSERT_EQ(seteuid(0), 0);
  }
}

TEST_F(LocalStoreTest, AFileChangedInPlaceIsAnotherVersion) {
  write_file(root() / "a", "old");
  const auto before = store_->head("a");
  write_file(root() / "a", "longer");
  const auto stale = store_->get_range("a", {0, 1}, before->etag);
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().kind, ErrorKind::conflict);
}

TEST_F(LocalStoreTest, CompareAndSwapLosesNothingBetweenProcesses) {
  constexpr int processes = 8;
  constexpr int increments = 40;
  ASSERT_TRUE(store_->put("counter", as_bytes("0")));
  std::vector<pid_t> children;
  for (int process = 0; process < processes; ++process) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child > 0) {
      children.push_back(child);
      continue;
    }
    const auto own = *open_local_store(root().string(), {.durable = false});
    for (int done = 0; done < increments;) {
      const auto current = own->get("counter");
      if (!current) _exit(1);
      const int next = std::stoi(std::string(as_text(current->bytes))) + 1;
      const auto put =
          own->put("counter", as_bytes(std::to_string(next)), PutCondition::replace_only(current->info.etag));
      if (put) ++done;
      if (!put && put.error().kind != ErrorKind::conflict) _exit(2);
    }
    _exit(0);
  }
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(as_text(store_->get("counter")->bytes), std::to_string(processes * increments));
  EXPECT_EQ(store_->list("")->size(), 1u);
}

TEST_F(LocalStoreTest, RacingCreatorsBetweenProcessesHaveOneWinner) {
  constexpr int processes = 8;
  constexpr int rounds = 20;
  std::vector<pid_t> children;
  for (int process = 0; process < processes; ++process) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child > 0) {
      children.push_back(child);
      continue;
    }
    const auto own = *open_local_store(root().string(), {.durable = false});
    int won = 0;
    for (int round = 0; round < rounds; ++round) {
      const auto put = own->put("made/by/" + std::to_string(round), {}, PutCondition::create_only());
      if (put) ++won;
      if (!put && put.error().kind != ErrorKind::conflict) _exit(255);
    }
    _exit(won);
  }
  int winners = 0;
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    winners += WEXITSTATUS(status);
  }
  EXPECT_EQ(winners, rounds);
}

TEST(OpenStore, KnowsFileUrlsAndPaths) {
  EXPECT_EQ((*open_store("file:///data/my%20store"))->url(), "file:///data/my%20store/");
  EXPECT_EQ((*open_store("file://localhost/data/"))->url(), "file:///data/");
  EXPECT_EQ((*open_store("/data/a/../b c#d"))->url(), "file:///data/b%20c%23d/");
  EXPECT_EQ((*open_store("/data/a://b"))->url(), "file:///data/a:/b/");
  EXPECT_EQ((*open_store("relative"))->url(), "file://" + (fs::current_path() / "relative/").string());
  EXPECT_EQ(open_store("file://host/data").error().kind, ErrorKind::invalid);
  EXPECT_EQ(open_store("file:///100%/").error().kind, ErrorKind::invalid);
  EXPECT_EQ(open_store("").error().kind, ErrorKind::invalid);
}

TEST(OpenStore, MemoryStoresAreSharedByName) {
  ASSERT_TRUE((*open_store("memory://shared/"))->put("a", as_bytes("x")));
  EXPECT_TRUE((*open_store("memory://shared"))->head("a"));
  EXPECT_FALSE((*open_store("memory://other/"))->head("a"));
}

TEST(OpenStore, NamesTheSchemeItDoesNotKnow) {
  const auto store = open_store("gopher://host/x");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, ErrorKind::unsupported);
  EXPECT_NE(store.error().text().find("gopher"), std::string::npos);
}

}  // namespace
}  // namespace vdp
