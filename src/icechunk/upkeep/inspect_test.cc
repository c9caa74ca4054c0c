#include "icechunk/upkeep/inspect.h"

#include "icechunk/upkeep/test_history.h"

namespace vdp::icechunk {
namespace {

TEST(Inspect, ShowsEveryObjectOfARepository) {
  History history;
  const SnapshotId tip = history.commit(0, 1);
  const std::vector<ObjectInfo> objects = history.memory->list("").value();
  std::set<std::string> types;
  for (const ObjectInfo& object : objects) {
    const auto json = inspect_object(*history.memory, object.key);
    ASSERT_TRUE(json) << json.error().text();
    EXPECT_EQ(json->at("key"), object.key);
    EXPECT_EQ(json->at("object_bytes"), object.size) << object.key;
    types.insert(json->contains("header") ? json->at("header").at("file_type").get<std::string>() : "chunk");
  }
  EXPECT_EQ(types, (std::set<std::string>{"chunk", "manifest", "repo info", "snapshot", "transaction log"}));
  EXPECT_EQ(inspect_object(*history.memory, snapshot_key(tip))->at("tables").at("id"), tip.text());
}

TEST(Inspect, ShowsWhatVersionOneHasBeside) {
  const ObjectStorePtr store = make_memory_store();
  ASSERT_TRUE(store->put("refs/branch.main/ref.json", as_bytes(R"({"snapshot":"1CECHNKREP0F1RSTCMT0"})")));
  ASSERT_TRUE(store->put("refs/tag.x/ref.json.deleted", Bytes()));
  ASSERT_TRUE(store->put("config.yaml", as_bytes("a: 1\n")));
  ASSERT_TRUE(store->put("chunks/1CECHNKREP0F1RSTCMT0", Bytes(100, 1)));
  EXPECT_EQ(inspect_object(*store, "refs/branch.main/ref.json")->at("json").at("snapshot"), "1CECHNKREP0F1RSTCMT0");
  EXPECT_EQ(inspect_object(*store, "refs/tag.x/ref.json.deleted")->at("text"), "");
  EXPECT_EQ(inspect_object(*store, "config.yaml")->at("text"), "a: 1\n");
  const Json chunk = inspect_object(*store, "chunks/1CECHNKREP0F1RSTCMT0", {.text_bytes = 3}).value();
  EXPECT_EQ(chunk.at("object_bytes"), 100);
  EXPECT_EQ(chunk.at("first_bytes"), Json({{"length", 3}, {"base64", "AQEB"}}));
}

TEST(Inspect, GivesThePayload) {
  History history;
  const Bytes payload = object_payload(*history.memory, std::string(repo_key)).value();
  EXPECT_EQ(as_text(payload).substr(4, 4), "Ichk");
  ASSERT_TRUE(history.memory->put("chunks/x", Bytes(100, 1)));
  EXPECT_EQ(object_payload(*history.memory, "chunks/x").error().kind, ErrorKind::invalid);
  EXPECT_EQ(object_payload(*history.memory, "nothing").error().kind, ErrorKind::not_found);
}

TEST(Inspect, RefusesWhatIsDamaged) {
  History history;
  Bytes object = history.memory->get(repo_key)->bytes;
  object.resize(object.size() - 5);
  ASSERT_TRUE(history.memory->put(repo_key, object));
  EXPECT_EQ(inspect_object(*history.memory, std::string(repo_key)).error().kind, ErrorKind::corrupt);
  EXPECT_EQ(inspect_object(*history.memory, "../repo").error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace vdp::icechunk
