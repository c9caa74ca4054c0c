#include "icechunk/repo/find_revision.h"

#include "icechunk/repo/object_keys.h"
#include "icechunk/repo/repo_edit.h"
#include "icechunk/repo/test_repository.h"

namespace vdp::icechunk {
namespace {

class FindRevision : public testing::Test {
 protected:
  FindRevision() {
    RepoInfo info = decode_repo_info(store->get(repo_key)->bytes).value();
    const std::uint32_t root = 0;
    set_ref(info.branches, "both", root);
    set_ref(info.branches, "1CEC", root);
    set_ref(info.branches, "tag:v1", root);
    set_ref(info.tags, "both", root);
    set_ref(info.tags, "v1", root);
    // Two ids that begin with the same five characters.
    insert_snapshot(info, {SnapshotId::parse("ABCDE000000000000000").value(), 0, 1, "", {}, {}});
    insert_snapshot(info, {SnapshotId::parse("ABCDEZ00000000000000").value(), 0, 1, "", {}, {}});
    EXPECT_TRUE(store->put(repo_key, encode_repo_info(info).value()));
  }

  /// What `text` means, or the kind of the error.
  std::string meaning(const std::string& text) {
    const auto found = find_revision(Repository::open(store).value(), text);
    return found ? describe(*found) : std::string(to_string(found.error().kind));
  }

  ObjectStorePtr store = make_memory_store();
  Repository made = new_repository(store);
};

TEST_F(FindRevision, TakesNamesAndIds) {
  EXPECT_EQ(meaning("main"), "branch main");
  EXPECT_EQ(meaning("v1"), "tag v1");
  EXPECT_EQ(meaning("1CECHNKREP0F1RSTCMT0"), "snapshot 1CECHNKREP0F1RSTCMT0");
  EXPECT_EQ(meaning("1CECH"), "snapshot 1CECHNKREP0F1RSTCMT0");
  EXPECT_EQ(meaning("ABCDEZ"), "snapshot ABCDEZ00000000000000");
}

TEST_F(FindRevision, AWholeNameGoesBeforeABeginning) {
  EXPECT_EQ(meaning("1CEC"), "branch 1CEC");
  EXPECT_EQ(meaning("snapshot:1CEC"), "snapshot 1CECHNKREP0F1RSTCMT0");
}

TEST_F(FindRevision, RefusesWhatCanMeanSeveral) {
  EXPECT_EQ(meaning("both"), "invalid");
  EXPECT_EQ(meaning("branch:both"), "branch both");
  EXPECT_EQ(meaning("tag:both"), "tag both");
  EXPECT_EQ(meaning("tag:v1"), "invalid");  // a branch has this name
  EXPECT_EQ(meaning("branch:tag:v1"), "branch tag:v1");
  EXPECT_EQ(meaning("ABCDE"), "invalid");
  const auto error = find_revision(Repository::open(store).value(), "ABCD").error().text();
  EXPECT_NE(error.find("snapshot ABCDE000000000000000, snapshot ABCDEZ00000000000000"), std::string::npos) << error;
}

TEST_F(FindRevision, TellsWhatIsNotThere) {
  for (const char* text :
       {"", "mai", "ABC", "abcdez", "ABCDEY", "branch:v1", "tag:main", "snapshot:main", "ABCDEZ/.."}) {
    EXPECT_EQ(meaning(text), "not_found") << text;
  }
}

}  // namespace
}  // namespace vdp::icechunk
