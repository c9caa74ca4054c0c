#include "store/fault_store.h"

#include "store/conformance.h"
#include "store/memory_store.h"

namespace vdp {
namespace {

INSTANTIATE_TEST_SUITE_P(WithoutFaults, StoreConformance,
                         testing::Values(StoreCase{"fault",
                                                   [] { return std::make_shared<FaultStore>(make_memory_store()); }}),
                         store_case_name);
INSTANTIATE_TEST_SUITE_P(WithoutFaults, StoreReading,
                         testing::Values(StoreCase{"fault",
                                                   [] { return std::make_shared<FaultStore>(make_memory_store()); }}),
                         store_case_name);

TEST(FaultStore, ARefusedOperationHasNoEffect) {
  FaultStore faults(make_memory_store());
  ObjectStore& store = faults;
  faults.plan(0, Fault::refused);
  EXPECT_EQ(store.put("a", as_bytes("x")).error().kind, ErrorKind::transient);
  EXPECT_EQ(store.head("a").error().kind, ErrorKind::not_found);
  EXPECT_TRUE(store.put("a", as_bytes("x")));
  EXPECT_EQ(faults.operations(), 3u);
}

TEST(FaultStore, ALostAnswerHasItsEffect) {
  FaultStore faults(make_memory_store());
  ObjectStore& store = faults;
  faults.plan(0, Fault::lost_answer);
  EXPECT_EQ(store.put("a", as_bytes("x"), PutCondition::create_only()).error().kind, ErrorKind::outcome_unknown);
  EXPECT_TRUE(store.head("a"));
  faults.plan(2, Fault::lost_answer);
  EXPECT_EQ(store.get("a").error().kind, ErrorKind::transient);
  faults.plan(3, Fault::lost_answer);
  EXPECT_EQ(store.put("a", {}, PutCondition::create_only()).error().kind, ErrorKind::conflict);  // failed by itself
  faults.plan(4, Fault::lost_answer);
  EXPECT_EQ(store.remove("a").error().kind, ErrorKind::outcome_unknown);
  EXPECT_EQ(store.head("a").error().kind, ErrorKind::not_found);
}

TEST(FaultStore, ALostRaceHasNoEffect) {
  FaultStore faults(make_memory_store());
  ObjectStore& store = faults;
  faults.plan(1, Fault::lost_race);
  ASSERT_TRUE(store.put("a", as_bytes("mine")));
  EXPECT_EQ(store.put("a", as_bytes("late")).error().kind, ErrorKind::conflict);
  EXPECT_EQ(as_text(store.get("a")->bytes), "mine");
}

}  // namespace
}  // namespace vdp
