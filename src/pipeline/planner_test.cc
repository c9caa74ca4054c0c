#include "pipeline/planner.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

namespace vdp {
namespace {

using dataset::Number;

constexpr std::uint64_t lat_length = 3;

zarr::ArrayMetadata metadata_of(std::uint64_t steps, std::uint64_t edge) {
  zarr::ArrayMetadata metadata;
  metadata.shape = {steps, lat_length};
  metadata.chunk_shape = {edge, lat_length};
  metadata.data_type = zarr::floating(4);
  metadata.fill_value = "NaN";
  metadata.codecs = {{"bytes", {{"endian", "little"}}}};
  metadata.dimension_names = {"time", "lat"};
  return metadata;
}

/// A store of one variable along a growing axis of days, and the granules that are offered to it.
class PlannerTest : public testing::Test {
 protected:
  explicit PlannerTest(std::uint64_t edge = 1) : edge_(edge) {
    file_.source.prefix = "file:///data/";
    file_.axes.resize(1);
    file_.axes[0].name = "time";
    state_.store.axis = "time";
    auto time = metadata_of(0, 1);
    time.dimension_names = {"time"};
    time.shape = {0};
    time.chunk_shape = {4096};
    state_.store.variables["time"] = {dataset::Role::axis, time, 0, std::nullopt, false};
    state_.store.variables["x"] = {dataset::Role::refs, metadata_of(0, edge), 0, std::nullopt, false};
    state_.encoding.dtype = dataset::NumberType::int64;
    state_.encoding.time = *dataset::parse_time_units("days since 2000-01-01", dataset::Calendar::standard);
    state_.grow = *dataset::GrowAxis::create("time", {});
  }

  PreparedGranule granule(const std::string& key, std::vector<std::int64_t> days, std::uint64_t version = 1) const {
    PreparedGranule made;
    made.granule = {file_.source.prefix + key, key, version, "", static_cast<TimestampUs>(version)};
    made.steps = days.size();
    made.axis_values.assign(days.begin(), days.end());
    made.axis_units = state_.encoding.time;
    VirtualArray x{metadata_of(days.size(), edge_), {}};
    x.manifest = ChunkManifest(x.metadata.grid_shape());
    made.dataset.variables["x"] = std::move(x);
    return made;
  }

  Verdict plan(const PreparedGranule& made) { return Planner(file_, file_.axes[0], state_).plan(made); }

  std::uint64_t edge_;
  dataset::DatasetFile file_;
  StoreState state_;
};

TEST_F(PlannerTest, AppendsAndKnowsWhatItHas) {
  const auto a = granule("a", {0, 1});
  const auto b = granule("b", {5});
  EXPECT_EQ(plan(a).planned->box, (SlotBox{0, 2}));
  EXPECT_EQ(plan(b).planned->box, (SlotBox{2, 3}));
  EXPECT_EQ(state_.slots, 3U);
  EXPECT_EQ(plan(a).outcome.kind, Outcome::Kind::unchanged);
}

TEST_F(PlannerTest, ANewVersionTakesTheSameSlots) {
  plan(granule("a", {0, 1}));
  const auto again = granule("a", {0, 1}, 2);
  const auto verdict = plan(again);
  EXPECT_EQ(verdict.outcome.kind, Outcome::Kind::replaced);
  EXPECT_EQ(verdict.planned->cleared, (SlotBox{0, 2}));
  file_.forward.same = dataset::SamePolicy::skip;
  EXPECT_EQ(plan(granule("a", {0, 1}, 3)).outcome.kind, Outcome::Kind::unchanged);
}

TEST_F(PlannerTest, TheLastGranuleMayGrow) {
  plan(granule("a", {0, 1}));
  const auto verdict = plan(granule("a", {0, 1, 2}, 2));
  EXPECT_EQ(verdict.outcome.kind, Outcome::Kind::replaced);
  EXPECT_EQ(verdict.planned->box, (SlotBox{0, 3}));
  EXPECT_EQ(verdict.planned->cleared, (SlotBox{0, 2}));
  EXPECT_EQ(state_.grow->length(), 3U);
}

TEST_F(PlannerTest, RefusesWhatWouldStandAtWrongSlots) {
  plan(granule("a", {0, 4}));
  for (const auto& [key, days] : std::map<std::string, std::vector<std::int64_t>>{{"between", {2}},
                                                                                  {"before", {-1}},
                                                                                  {"taken", {4}},
                                                                                  {"falling", {9, 8}},
                                                                                  {"twice", {9, 9}},
                                                                                  {"over", {4, 5}}}) {
    const auto verdict = plan(granule(key, days));
    EXPECT_EQ(verdict.outcome.kind, Outcome::Kind::rejected) << key;
    EXPECT_FALSE(verdict.planned) << key;
  }
  EXPECT_EQ(plan(granule("a", {0}, 2)).outcome.kind, Outcome::Kind::rejected);  // it would lose a slot
  EXPECT_EQ(state_.slots, 2U);
}

TEST_F(PlannerTest, WhatComesLateIsInserted) {
  file_.forward.late = dataset::LatePolicy::insert;
  plan(granule("a", {0, 1}));
  plan(granule("b", {10}));
  plan(granule("c", {20, 21}));
  const auto verdict = plan(granule("late", {4, 7}));
  ASSERT_TRUE(verdict.planned) << verdict.outcome.reason;
  EXPECT_EQ(verdict.outcome.kind, Outcome::Kind::written);
  EXPECT_TRUE(verdict.planned->inserted);
  EXPECT_EQ(verdict.planned->box, (SlotBox{2, 4}));
  EXPECT_EQ(verdict.planned->cleared.size(), 0U);
  EXPECT_EQ(state_.slots, 7U);
  EXPECT_EQ(state_.grow->values()[3], Number(std::int64_t{7}));
  EXPECT_EQ(state_.provenance.find_uri("file:///data/b")->box, (SlotBox{4, 5}));
  EXPECT_EQ(state_.provenance.find_uri("file:///data/c")->box, (SlotBox{5, 7}));
  EXPECT_EQ(plan(granule("late", {4, 7})).outcome.kind, Outcome::Kind::unchanged);
  EXPECT_EQ(plan(granule("first", {-1})).planned->box, (SlotBox{0, 1}));
  EXPECT_EQ(plan(granule("late", {4, 7}, 2)).planned->box, (SlotBox{3, 5})) << "a new version is found where it is now";
  EXPECT_FALSE(plan(granule("end", {30})).planned->inserted);
}

TEST_F(PlannerTest, LateGranulesMustFitBetweenOthers) {
  file_.forward.late = dataset::LatePolicy::insert;
  plan(granule("a", {0, 4}));
  plan(granule("b", {10}));
  const std::map<std::string, std::pair<std::vector<std::int64_t>, std::string>> cases = {
      {"inside", {{2}, "between the slots of file:///data/a"}},
      {"over", {{6, 12}, "a granule's slots must follow"}},
      {"mixed", {{6, 10}, "a granule's slots must follow"}},
      {"known", {{4, 6}, "only a whole granule can come late"}},
      {"taken", {{10}, "`forward.other` is \"reject\""}}};
  for (const auto& [key, one] : cases) {
    const auto verdict = plan(granule(key, one.first));
    EXPECT_EQ(verdict.outcome.kind, Outcome::Kind::rejected) << key;
    EXPECT_NE(verdict.outcome.reason.find(one.second), std::string::npos) << key << ": " << verdict.outcome.reason;
  }
  // It claims another place than it has.
  EXPECT_NE(plan(granule("b", {7}, 2)).outcome.reason.find("now claims a place before slot 2"), std::string::npos);
  EXPECT_EQ(state_.slots, 3U);
}

TEST_F(PlannerTest, ABatchIsInsertedInOrder) {
  file_.forward.late = dataset::LatePolicy::insert;
  plan(granule("a", {0}));
  plan(granule("b", {10}));
  Planner planner(file_, file_.axes[0], state_);
  EXPECT_EQ(planner.plan(granule("c", {2})).planned->box, (SlotBox{1, 2}));
  EXPECT_EQ(planner.plan(granule("d", {5, 6})).planned->box, (SlotBox{2, 4}));
  EXPECT_EQ(planner.plan(granule("f", {20})).planned->box, (SlotBox{5, 6}));
  const auto verdict = planner.plan(granule("e", {4}));
  EXPECT_NE(verdict.outcome.reason.find("of the same batch"), std::string::npos) << verdict.outcome.reason;
}

TEST_F(PlannerTest, TheLedgerKeepsWhatComesLate) {
  file_.forward.late = dataset::LatePolicy::ledger;
  plan(granule("a", {0}));
  plan(granule("b", {10}));
  const auto late = granule("late", {4});
  EXPECT_EQ(plan(late).outcome.kind, Outcome::Kind::set_aside);
  EXPECT_EQ(state_.slots, 2U);
  EXPECT_EQ(plan(late).outcome.kind, Outcome::Kind::unchanged);
  EXPECT_EQ(plan(granule("late", {4}, 2)).outcome.kind, Outcome::Kind::set_aside) << "a new version";
  EXPECT_EQ(state_.ledger.size(), 1U);
  // What could never be folded in is refused at once.
  EXPECT_EQ(plan(granule("over", {5, 12})).outcome.kind, Outcome::Kind::rejected);
  const auto folded = granule("late", {4}, 2);
  const auto verdict = Planner(file_, file_.axes[0], state_).plan(folded, Planner::Origin::ledger);
  EXPECT_EQ(verdict.outcome.kind, Outcome::Kind::written) << verdict.outcome.reason;
  EXPECT_EQ(verdict.planned->box, (SlotBox{1, 2}));
  EXPECT_EQ(state_.ledger.size(), 0U);
}

TEST_F(PlannerTest, AnotherGranuleReplacesOnlyWhereItIsPreferred) {
  file_.forward.other = dataset::OtherPolicy::replace;
  plan(granule("a", {0}, 5));
  EXPECT_EQ(plan(granule("older", {0}, 4)).outcome.kind, Outcome::Kind::rejected);
  EXPECT_EQ(plan(granule("newer", {0}, 6)).outcome.kind, Outcome::Kind::replaced);
  EXPECT_EQ(state_.provenance.find_uri("file:///data/a"), nullptr);
}

TEST_F(PlannerTest, ARejectedGranuleLeavesNoTrace) {
  auto wrong = granule("wrong", {0});
  wrong.dataset.variables["x"].metadata.data_type = zarr::floating(8);
  EXPECT_EQ(plan(wrong).outcome.kind, Outcome::Kind::rejected);
  EXPECT_EQ(state_.slots, 0U);
  EXPECT_EQ(state_.grow->length(), 0U);
  EXPECT_TRUE(state_.provenance.records().empty());
}

class PlannerOfRegularAxisTest : public PlannerTest {
 protected:
  PlannerOfRegularAxisTest() {
    auto& axis = file_.axes[0];
    axis.kind = dataset::AxisKind::regular;
    axis.start = "2000-01-01";
    axis.step = std::chrono::hours(24);
    state_.grow.reset();
    state_.regular = *dataset::RegularAxis::create(axis, *state_.encoding.time, state_.encoding.dtype);
  }
};

TEST_F(PlannerOfRegularAxisTest, AHoleIsFilledUnlessLateIsRefused) {
  EXPECT_EQ(plan(granule("third", {2})).planned->box, (SlotBox{2, 3}));
  EXPECT_EQ(plan(granule("first", {0})).outcome.kind, Outcome::Kind::written);
  file_.forward.late = dataset::LatePolicy::reject;
  EXPECT_EQ(plan(granule("second", {1})).outcome.kind, Outcome::Kind::rejected);
  EXPECT_EQ(plan(granule("fourth", {3})).outcome.kind, Outcome::Kind::written);
  EXPECT_EQ(plan(granule("backwards", {9, 8})).outcome.kind, Outcome::Kind::rejected);
}

TEST_F(PlannerOfRegularAxisTest, WhereNoHoleMayBeLeftTheGranuleWaits) {
  file_.forward.gap = dataset::GapPolicy::refuse;
  EXPECT_EQ(plan(granule("first", {0})).outcome.kind, Outcome::Kind::written);
  const auto third = granule("third", {2});
  const auto verdict = plan(third);
  EXPECT_EQ(verdict.outcome.kind, Outcome::Kind::deferred);
  EXPECT_TRUE(verdict.outcome.waits);
  EXPECT_NE(verdict.outcome.reason.find("begins with slot 1 (time = 2000-01-02"), std::string::npos)
      << verdict.outcome.reason;
  EXPECT_EQ(state_.slots, 1U);
  EXPECT_EQ(plan(granule("second", {1})).outcome.kind, Outcome::Kind::written);
  EXPECT_EQ(plan(third).outcome.kind, Outcome::Kind::written);
}

TEST_F(PlannerOfRegularAxisTest, AnAbsurdDateDoesNotGrowTheStore) {
  file_.forward.max_reserve = 10;
  EXPECT_EQ(plan(granule("first", {0})).outcome.kind, Outcome::Kind::written);
  EXPECT_EQ(plan(granule("near", {11})).outcome.kind, Outcome::Kind::written);
  const auto verdict = plan(granule("far", {23}));
  EXPECT_EQ(verdict.outcome.kind, Outcome::Kind::rejected);
  EXPECT_NE(verdict.outcome.reason.find("`forward.max_reserve` is 10"), std::string::npos) << verdict.outcome.reason;
}

TEST_F(PlannerTest, AllFindingsAreToldAtOnce) {
  plan(granule("a", {5}));
  auto wrong = granule("wrong", {4});
  wrong.findings.push_back("variable lat: cannot be decoded");
  wrong.dataset.variables["x"].metadata.data_type = zarr::floating(8);
  wrong.dataset.variables["x"].metadata.attributes["scale_factor"] = 2;
  const auto reason = plan(wrong).outcome.reason;
  for (const char* part : {"variable lat: cannot be decoded", "before the end of the axis", "data type: found float64",
                           "attribute scale_factor: found 2"}) {
    EXPECT_NE(reason.find(part), std::string::npos) << part << " in " << reason;
  }
}

TEST_F(PlannerTest, AMissingVariableIsRejectedOrRecorded) {
  auto bare = granule("bare", {0});
  bare.dataset.variables.clear();
  const auto rejected = plan(bare);
  EXPECT_EQ(rejected.outcome.kind, Outcome::Kind::rejected);
  EXPECT_NE(rejected.outcome.reason.find("`checks.missing_variable`"), std::string::npos) << rejected.outcome.reason;
  file_.checks.missing_variable = dataset::MissingVariablePolicy::fill;
  const auto verdict = plan(bare);
  ASSERT_TRUE(verdict.planned) << verdict.outcome.reason;
  EXPECT_EQ(verdict.planned->record.absent, (std::vector<std::string>{"x"}));
}

class PlannerOfLongChunksTest : public PlannerTest {
 protected:
  PlannerOfLongChunksTest() : PlannerTest(2) {}
};

TEST_F(PlannerOfLongChunksTest, HalfAChunkIsTheEndOrRefused) {
  EXPECT_EQ(plan(granule("a", {0, 1})).outcome.kind, Outcome::Kind::written);
  EXPECT_EQ(plan(granule("b", {2})).outcome.kind, Outcome::Kind::written);
  const auto verdict = plan(granule("c", {3, 4}));
  EXPECT_EQ(verdict.outcome.kind, Outcome::Kind::rejected);
  EXPECT_NE(verdict.outcome.reason.find("whole chunks of 2 slots"), std::string::npos) << verdict.outcome.reason;
}

}  // namespace
}  // namespace vdp
