#include "store/memory_store.h"

#include "store/conformance.h"

namespace vdp {
namespace {

INSTANTIATE_TEST_SUITE_P(Memory, StoreConformance,
                         testing::Values(StoreCase{"memory", [] { return make_memory_store(); }}), store_case_name);
INSTANTIATE_TEST_SUITE_P(Memory, StoreReading, testing::Values(StoreCase{"memory", [] { return make_memory_store(); }}),
                         store_case_name);

TEST(MemoryStore, TakesItsTimeFromTheClock) {
  ManualClock clock(1'000'000);
  const auto store = make_memory_store("timed", clock);
  EXPECT_EQ(store->put("a", {})->last_modified_us, 1'000'000);
  clock.sleep_us(500);
  EXPECT_EQ(store->put("a", {})->last_modified_us, 1'000'500);
  EXPECT_EQ(store->url(), "memory://timed/");
}

TEST(MemoryStore, IsItsOwn) {
  const auto one = make_memory_store("same");
  const auto other = make_memory_store("same");
  ASSERT_TRUE(one->put("a", as_bytes("x")));
  EXPECT_EQ(other->get("a").error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace vdp
