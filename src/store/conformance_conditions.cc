// The part of the suite about conditions and races: what transactions stand on.
#include <atomic>
#include <set>
#include <thread>

#include "store/conformance.h"

namespace vdp {
namespace {

/// Runs `body(thread)` on as many threads at once as the store's case says.
void race(int threads, const std::function<void(int)>& body) {
  std::atomic<int> waiting = threads;
  std::vector<std::jthread> running;
  for (int thread = 0; thread < threads; ++thread) {
    running.emplace_back([&, thread] {
      --waiting;
      while (waiting > 0) std::this_thread::yield();
      body(thread);
    });
  }
}

TEST_P(StoreConformance, CreateOnlyCreatesOnce) {
  EXPECT_TRUE(store_->put("a", as_bytes("first"), PutCondition::create_only()));
  const auto second = store_->put("a", as_bytes("second"), PutCondition::create_only());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::conflict) << second.error().text();
  EXPECT_EQ(get("a"), "first");
  EXPECT_TRUE(store_->remove("a"));
  EXPECT_TRUE(store_->put("a", as_bytes("third"), PutCondition::create_only()));
  EXPECT_EQ(keys(""), std::vector<std::string>{"a"});
}

TEST_P(StoreConformance, ReplaceOnlyReplacesThatVersion) {
  if (!GetParam().compares_versions) GTEST_SKIP();
  const std::string first = put("a", "first").etag;
  const auto second = store_->put("a", as_bytes("second"), PutCondition::replace_only(first));
  ASSERT_TRUE(second) << second.error().text();
  const auto stale = store_->put("a", as_bytes("third"), PutCondition::replace_only(first));
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().kind, ErrorKind::conflict) << stale.error().text();
  EXPECT_EQ(get("a"), "second");
  EXPECT_TRUE(store_->put("a", as_bytes("third"), PutCondition::replace_only(second->etag)));
  EXPECT_EQ(get("a"), "third");
}

TEST_P(StoreConformance, ReplaceOnlyNeverCreates) {
  if (!GetParam().compares_versions) GTEST_SKIP();
  const std::string etag = put("a", "x").etag;
  ASSERT_TRUE(store_->remove("a"));
  EXPECT_EQ(store_->put("a", {}, PutCondition::replace_only(etag)).error().kind, ErrorKind::conflict);
  EXPECT_EQ(store_->put("b/c", {}, PutCondition::replace_only("1")).error().kind, ErrorKind::conflict);
  EXPECT_TRUE(keys("").empty());
}

TEST_P(StoreConformance, AReplacedVersionNeverMatchesAgain) {
  if (!GetParam().compares_versions) GTEST_SKIP();
  const std::string etag = put("a", "x").etag;
  ASSERT_TRUE(store_->put("a", as_bytes("y"), PutCondition::replace_only(etag)));
  EXPECT_EQ(store_->put("a", as_bytes("z"), PutCondition::replace_only(etag)).error().kind, ErrorKind::conflict);
}

TEST_P(StoreConformance, EveryReplacementHasItsOwnEtag) {
  constexpr int versions = 200;
  std::set<std::string> etags;
  for (int i = 0; i < versions; ++i) etags.insert(put("a", std::to_string(1000 + i)).etag);
  EXPECT_EQ(etags.size(), static_cast<std::size_t>(versions));
}

TEST_P(StoreConformance, CopiesBytes) {
  const std::string etag = put("from", "bytes").etag;
  ASSERT_TRUE(store_->copy("from", "deep/er/to"));
  EXPECT_EQ(get("deep/er/to"), "bytes");
  ASSERT_TRUE(store_->copy("from", "deep/er/to", etag));
  put("from", "changed");
  EXPECT_EQ(get("deep/er/to"), "bytes");
}

TEST_P(StoreConformance, CopyOfAnotherVersionConflicts) {
  if (!GetParam().compares_versions) GTEST_SKIP();
  const std::string etag = put("from", "old").etag;
  put("from", "new");
  const auto stale = store_->copy("from", "to", etag);
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().kind, ErrorKind::conflict) << stale.error().text();
  EXPECT_EQ(store_->head("to").error().kind, ErrorKind::not_found);
}

TEST_P(StoreConformance, OneOfManyCreatorsWins) {
  constexpr int rounds = 20;
  for (int round = 0; round < rounds; ++round) {
    const std::string key = "race/" + std::to_string(round);
    std::atomic<int> winners = 0;
    std::atomic<int> conflicts = 0;
    std::atomic<int> winner = -1;
    race(GetParam().racing_threads, [&](int thread) {
      const auto put = store_->put(key, as_bytes(std::to_string(thread)), PutCondition::create_only());
      if (put) winner = thread;
      if (put) ++winners;
      if (!put && put.error().kind == ErrorKind::conflict) ++conflicts;
    });
    EXPECT_EQ(winners, 1);
    EXPECT_EQ(conflicts, GetParam().racing_threads - 1);
    EXPECT_EQ(get(key), std::to_string(winner));
  }
  EXPECT_EQ(keys("").size(), static_cast<std::size_t>(rounds));
}

TEST_P(StoreConformance, OneOfManyReplacersWins) {
  if (!GetParam().compares_versions) GTEST_SKIP();
  for (int round = 0; round < 20; ++round) {
    const std::string etag = put("a", "base").etag;
    std::atomic<int> winners = 0;
    std::atomic<int> conflicts = 0;
    std::atomic<int> winner = -1;
    race(GetParam().racing_threads, [&](int thread) {
      const auto put = store_->put("a", as_bytes(std::to_string(thread)), PutCondition::replace_only(etag));
      if (put) winner = thread;
      if (put) ++winners;
      if (!put && put.error().kind == ErrorKind::conflict) ++conflicts;
    });
    EXPECT_EQ(winners, 1);
    EXPECT_EQ(conflicts, GetParam().racing_threads - 1);
    EXPECT_EQ(get("a"), std::to_string(winner));
  }
}

TEST_P(StoreConformance, CompareAndSwapLosesNothing) {
  if (!GetParam().compares_versions) GTEST_SKIP();
  constexpr int increments = 25;
  put("counter", "0");
  std::atomic<int> failures = 0;
  race(GetParam().racing_threads, [&](int) {
    for (int done = 0; done < increments;) {
      const auto current = store_->get("counter");
      if (!current) {
        ++failures;
        return;
      }
      const int next = std::stoi(std::string(as_text(current->bytes))) + 1;
      const auto put =
          store_->put("counter", as_bytes(std::to_string(next)), PutCondition::replace_only(current->info.etag));
      if (put) ++done;
      if (!put && put.error().kind != ErrorKind::conflict) {
        ++failures;
        return;
      }
    }
  });
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(get("counter"), std::to_string(increments * GetParam().racing_threads));
}

TEST_P(StoreConformance, ReadersSeeWholeObjects) {
  const auto version = [](int i) {
    return std::string(50'000 + static_cast<std::size_t>(i), static_cast<char>('a' + i));
  };
  put("a", version(0));
  std::atomic<bool> writing = true;
  std::atomic<int> torn = 0;
  race(3, [&](int thread) {
    if (thread == 0) {
      for (int i = 0; i < 100; ++i) put("a", version(i % 26));
      writing = false;
      return;
    }
    while (writing) {
      const auto data = store_->get("a");
      const bool whole = data && !data->bytes.empty() && as_text(data->bytes) == version(data->bytes[0] - 'a');
      if (!whole) ++torn;
    }
  });
  EXPECT_EQ(torn, 0);
}

}  // namespace
}  // namespace vdp
