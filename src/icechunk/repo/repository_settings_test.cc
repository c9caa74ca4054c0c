// Status, metadata and feature flags.
#include "icechunk/repo/object_keys.h"
#include "icechunk/repo/test_repository.h"

namespace vdp::icechunk {
namespace {

RepoInfo info_of(const Repository& repository) {
  return decode_repo_info(repository.store().get(repo_key)->bytes).value();
}

TEST(RepositorySettings, AReadOnlyRepositoryRefusesEveryWriteButItsStatus) {
  for (const Availability limited : {Availability::read_only, Availability::offline}) {
    Repository repository = new_repository(make_memory_store());
    Session session = with_array(repository, int32_array({4}, {2}));
    const SnapshotId root = session.base();
    EXPECT_OK(repository.create_branch("dev", root));
    EXPECT_OK(repository.create_tag("v1", root));
    EXPECT_OK(repository.set_status(limited, "maintenance"));

    const Status refusals[] = {
        repository.create_branch("b", root),
        repository.delete_branch("dev"),
        repository.reset_branch("dev", root),
        repository.create_tag("t", root),
        repository.delete_tag("v1"),
        repository.set_metadata(Json::object()),
        repository.set_feature_flag(FeatureFlag::move_node, false),
        repository.save_config({}),
        repository.writable(),
    };
    for (const Status& refused : refusals) {
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().kind, ErrorKind::denied);
      EXPECT_NE(refused.error().text().find("maintenance"), std::string::npos);
    }
    EXPECT_EQ(session.commit("x").error().kind, ErrorKind::denied);
    EXPECT_EQ(session.flush("x").error().kind, ErrorKind::denied);
    EXPECT_EQ(repository.writable_session("main").error().kind, ErrorKind::denied);
    EXPECT_OK(repository.readonly_session(Branch{"main"}));
    EXPECT_EQ(repository.status()->availability, limited);
    EXPECT_EQ(repository.status()->reason, "maintenance");

    EXPECT_OK(repository.set_status(Availability::online));
    EXPECT_EQ(repository.status()->reason, std::nullopt);
    EXPECT_OK(session.commit("x"));
    EXPECT_EQ(info_of(repository).latest_updates.size(), 6u);
  }
}

TEST(RepositorySettings, MetadataIsReplacedWhole) {
  Repository repository = new_repository(make_memory_store());
  EXPECT_EQ(repository.metadata().value(), Json::object());
  const Json owner = {{"owner", "x"}, {"n", {1, nullptr, 2.5}}};
  EXPECT_OK(repository.set_metadata(owner));
  EXPECT_TRUE(same_json(repository.metadata().value(), owner));
  EXPECT_OK(repository.set_metadata({{"other", true}}));
  EXPECT_EQ(repository.metadata().value(), Json({{"other", true}}));
  EXPECT_EQ(repository.operations()->front().description, "metadata changed");
  EXPECT_EQ(repository.set_metadata(Json::array()).error().kind, ErrorKind::invalid);
}

TEST(RepositorySettings, FeaturesAreOnUntilTheirFlagSaysOtherwise) {
  Repository repository = new_repository(make_memory_store());
  const auto flags = repository.feature_flags().value();
  EXPECT_EQ(flags.size(), 3u);
  for (const auto& [flag, enabled] : flags) EXPECT_TRUE(enabled) << to_string(flag);
  EXPECT_EQ(info_of(repository).disabled_feature_flags, std::nullopt);

  EXPECT_OK(repository.set_feature_flag(FeatureFlag::delete_tag, false));
  EXPECT_OK(repository.set_feature_flag(FeatureFlag::move_node, false));
  EXPECT_OK(repository.set_feature_flag(FeatureFlag::create_tag, true));
  EXPECT_EQ(info_of(repository).disabled_feature_flags, (std::vector<std::uint16_t>{3, 5}));
  EXPECT_EQ(info_of(repository).enabled_feature_flags, (std::vector<std::uint16_t>{4}));
  EXPECT_FALSE(repository.feature_flags()->at(FeatureFlag::move_node));

  EXPECT_OK(repository.set_feature_flag(FeatureFlag::move_node, std::nullopt));
  EXPECT_OK(repository.set_feature_flag(FeatureFlag::create_tag, std::nullopt));
  EXPECT_EQ(info_of(repository).disabled_feature_flags, (std::vector<std::uint16_t>{5}));
  EXPECT_EQ(info_of(repository).enabled_feature_flags, (std::vector<std::uint16_t>{}));
  EXPECT_TRUE(repository.feature_flags()->at(FeatureFlag::move_node));
  EXPECT_EQ(repository.operations()->front().description, "feature flag 4 back to its default");
}

TEST(RepositorySettings, FeaturesThatAreOffAreRefused) {
  Repository repository = new_repository(make_memory_store());
  const SnapshotId root = repository.resolve(Branch{"main"}).value();
  EXPECT_OK(repository.create_tag("v1", root));
  EXPECT_OK(repository.set_feature_flag(FeatureFlag::create_tag, false));
  EXPECT_OK(repository.set_feature_flag(FeatureFlag::delete_tag, false));
  const Status created = repository.create_tag("v2", root);
  const Status deleted = repository.delete_tag("v1");
  EXPECT_EQ(created.error().kind, ErrorKind::denied);
  EXPECT_NE(created.error().text().find("create_tag"), std::string::npos);
  EXPECT_EQ(deleted.error().kind, ErrorKind::denied);
  EXPECT_OK(repository.set_feature_flag(FeatureFlag::delete_tag, std::nullopt));
  EXPECT_OK(repository.delete_tag("v1"));
  EXPECT_EQ(parse_feature_flag("create_tag").value(), FeatureFlag::create_tag);
  EXPECT_EQ(parse_feature_flag("createtag").error().kind, ErrorKind::invalid);
}

TEST(RepositorySettings, FlagsOfNewerWritersAreKept) {
  Repository repository = new_repository(make_memory_store());
  RepoInfo info = info_of(repository);
  info.enabled_feature_flags = {77};
  info.disabled_feature_flags = {2, 99};
  ASSERT_TRUE(repository.store().put(repo_key, encode_repo_info(info).value()));
  EXPECT_OK(repository.set_feature_flag(FeatureFlag::create_tag, false));
  EXPECT_OK(repository.set_feature_flag(FeatureFlag::move_node, true));
  EXPECT_EQ(info_of(repository).enabled_feature_flags, (std::vector<std::uint16_t>{3, 77}));
  EXPECT_EQ(info_of(repository).disabled_feature_flags, (std::vector<std::uint16_t>{2, 4, 99}));
}

}  // namespace
}  // namespace vdp::icechunk
