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

/// A store over one object "a" of the ten bytes "0123456789", whose next operation has the given fault.
struct Faulty {
  explicit Faulty(Fault fault) {
    EXPECT_TRUE(memory->put("a", as_bytes("0123456789")));
    faults.plan(0, fault);
  }
  /// What the object holds in truth.
  std::string truth(std::string_view key = "a") const {
    const auto object = memory->get(key);
    return object ? std::string(as_text(object->bytes)) : "nothing";
  }
  ErrorKind put(std::string_view text, const PutCondition& condition = {}) {
    const auto answer = store.put("a", as_bytes(text), condition);
    return answer ? ErrorKind::internal : answer.error().kind;
  }
  PutCondition if_unchanged() const { return PutCondition::replace_only(memory->head("a")->etag); }

  ManualClock clock{1'700'000'000'000'000};
  ObjectStorePtr memory = make_memory_store("faulty", clock);
  FaultStore faults{memory, clock};
  ObjectStore& store = faults;
};

TEST(FaultStore, ARefusedOperationHasNoEffect) {
  Faulty faulty(Fault::refused);
  EXPECT_EQ(faulty.put("x"), ErrorKind::transient);
  EXPECT_EQ(faulty.truth(), "0123456789");
  EXPECT_TRUE(faulty.store.put("a", as_bytes("x")));
  EXPECT_EQ(faulty.faults.operations(), 2u);
  EXPECT_EQ(faulty.faults.faults(), 1u);
}

TEST(FaultStore, ATimeoutTellsNothingAndHasNoEffect) {
  Faulty faulty(Fault::timed_out);
  EXPECT_EQ(faulty.put("x"), ErrorKind::outcome_unknown);
  EXPECT_EQ(faulty.truth(), "0123456789");
}

TEST(FaultStore, ALostAnswerHasItsEffect) {
  Faulty faulty(Fault::lost_answer);
  EXPECT_EQ(faulty.put("x", faulty.if_unchanged()), ErrorKind::outcome_unknown);
  EXPECT_EQ(faulty.truth(), "x");
  faulty.faults.plan(1, Fault::lost_answer);
  EXPECT_EQ(faulty.store.get("a").error().kind, ErrorKind::transient);
  faulty.faults.plan(2, Fault::lost_answer);
  EXPECT_EQ(faulty.put("y", PutCondition::create_only()), ErrorKind::conflict);  // failed by itself
  faulty.faults.plan(3, Fault::lost_answer);
  EXPECT_EQ(faulty.store.remove("a").error().kind, ErrorKind::outcome_unknown);
  EXPECT_EQ(faulty.truth(), "nothing");
}

TEST(FaultStore, ADelayedWriteHappensLater) {
  Faulty faulty(Fault::delayed);
  EXPECT_EQ(faulty.put("late"), ErrorKind::outcome_unknown);
  EXPECT_TRUE(faulty.store.put("a", as_bytes("early")));  // operation 1
  EXPECT_EQ(faulty.truth(), "early");
  EXPECT_TRUE(faulty.store.head("a"));  // operation 2, before which it lands
  EXPECT_EQ(faulty.truth(), "late");
}

TEST(FaultStore, ADelayedWriteKeepsItsCondition) {
  Faulty faulty(Fault::delayed);
  EXPECT_EQ(faulty.put("late", faulty.if_unchanged()), ErrorKind::outcome_unknown);
  EXPECT_TRUE(faulty.store.put("a", as_bytes("early"), faulty.if_unchanged()));
  faulty.faults.land_delayed();
  EXPECT_EQ(faulty.truth(), "early");
}

TEST(FaultStore, ALostRaceHasNoEffect) {
  Faulty faulty(Fault::lost_race);
  EXPECT_EQ(faulty.put("x", faulty.if_unchanged()), ErrorKind::conflict);
  EXPECT_EQ(faulty.truth(), "0123456789");
}

TEST(FaultStore, ARaceLostAgainstOneselfHasItsEffect) {
  Faulty faulty(Fault::raced_itself);
  EXPECT_EQ(faulty.put("x", faulty.if_unchanged()), ErrorKind::conflict);
  EXPECT_EQ(faulty.truth(), "x");
}

TEST(FaultStore, WhatDoesNotApplyIsNoFault) {
  Faulty faulty(Fault::lost_race);
  EXPECT_TRUE(faulty.store.put("a", as_bytes("x")));
  faulty.faults.plan(1, Fault::truncated);
  EXPECT_TRUE(faulty.store.remove("a"));
  EXPECT_EQ(faulty.faults.faults(), 0u);
}

TEST(FaultStore, ReadsAreGarbled) {
  Faulty truncated(Fault::truncated);
  EXPECT_EQ(as_text(truncated.store.get("a")->bytes), "01234");
  Faulty flipped(Fault::wrong_bytes);
  const Bytes bytes = flipped.store.get("a")->bytes;
  EXPECT_EQ(bytes.size(), 10u);
  EXPECT_NE(as_text(bytes), "0123456789");
  Faulty range(Fault::wrong_range);
  EXPECT_EQ(as_text(*range.store.get_range("a", {4, 2})), "0123456789");
  EXPECT_EQ(as_text(*range.store.get_range("a", {4, 2})), "45");
}

TEST(FaultStore, AListingLacksAPage) {
  Faulty faulty(Fault::missing_page);
  for (const char* key : {"b", "c", "d", "e", "f"}) EXPECT_TRUE(faulty.memory->put(key, {}));
  const auto found = faulty.store.list("");
  ASSERT_EQ(found->size(), 4u);
  EXPECT_EQ(found->back().key, "f");
}

TEST(FaultStore, SlowTakesTime) {
  Faulty faulty(Fault::slow);
  const TimestampUs before_us = faulty.clock.now_us();
  EXPECT_TRUE(faulty.store.put("a", as_bytes("x")));
  EXPECT_EQ(faulty.clock.now_us() - before_us, 30'000'000);
}

TEST(FaultStore, AKilledProcessDoesNothingMore) {
  for (const Fault fault : {Fault::killed_before, Fault::killed_after}) {
    Faulty faulty(fault);
    int kills = 0;
    faulty.faults.on_kill([&] { ++kills; });
    EXPECT_EQ(faulty.put("x"), ErrorKind::transient);
    EXPECT_EQ(faulty.truth(), fault == Fault::killed_after ? "x" : "0123456789");
    EXPECT_EQ(kills, 1);
    EXPECT_FALSE(faulty.store.put("a", as_bytes("y")));
    EXPECT_FALSE(faulty.store.head("a"));
    EXPECT_NE(faulty.truth(), "y");
  }
}

TEST(FaultStore, AChooserIsAskedForEachOperation) {
  Faulty faulty(Fault::slow);
  std::vector<std::string> asked;
  faulty.faults.choose_with([&](const StoreOperation& operation) -> std::optional<Fault> {
    asked.push_back(std::string(to_string(operation.kind)) + " " + std::string(operation.key));
    if (operation.kind == StoreOperation::Kind::remove) return Fault::refused;
    return std::nullopt;
  });
  EXPECT_TRUE(faulty.store.head("a"));  // planned for
  EXPECT_TRUE(faulty.store.copy("a", "b"));
  EXPECT_FALSE(faulty.store.remove("b"));
  EXPECT_EQ(asked, (std::vector<std::string>{"copy b", "remove b"}));
}

}  // namespace
}  // namespace vdp
