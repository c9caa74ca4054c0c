#include "pipeline/late_ledger.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "icechunk/repo/repository.h"
#include "pipeline/provenance.h"
#include "store/memory_store.h"

namespace vdp {
namespace {

class LateLedgerTest : public testing::Test {
 protected:
  LateLedgerTest()
      : repository_(*icechunk::Repository::create(make_memory_store("ledger"))),
        session_(*repository_.writable_session("main")) {
    for (const char* path : {"/", "/_vdp"}) {
      EXPECT_TRUE(session_.set_group(path, zarr::zarr_json_group(Json::object())));
    }
  }
  LateLedger reload() { return LateLedger::load(session_, "/").value(); }

  icechunk::Repository repository_;
  icechunk::Session session_;
};

TEST_F(LateLedgerTest, IsKeptInTheStore) {
  EXPECT_EQ(reload().size(), 0U);
  LateLedger ledger;
  for (int i = 0; i < 1500; ++i) ledger.put({fmt::format("file:///{}", i), "v", fmt::format("day {}", i), 2000 - i});
  ASSERT_TRUE(ledger.write("/", session_));
  const LateLedger loaded = reload();
  ASSERT_EQ(loaded.size(), 1500U);
  EXPECT_EQ(loaded.find("file:///7")->value, "day 7");
  EXPECT_EQ(loaded.find("file:///1500"), nullptr);
  const auto oldest = loaded.oldest(2);
  ASSERT_EQ(oldest.size(), 2U);
  EXPECT_EQ(oldest[0].uri, "file:///1499");
  EXPECT_EQ(oldest[1].since_us, 502);
}

TEST_F(LateLedgerTest, IsWrittenOnlyWhereItChanged) {
  LateLedger ledger;
  ledger.remove("file:///none");
  ASSERT_TRUE(ledger.write("/", session_));
  EXPECT_FALSE(session_.kind(ledger_array("/")));
  ledger.put({"file:///a", "1", "x", 10});
  ledger.put({"file:///b", "1", "x", 11});
  ledger.put({"file:///a", "2", "x", 12});
  ASSERT_TRUE(ledger.write("/", session_));
  EXPECT_EQ(reload().find("file:///a")->version, "2");
  EXPECT_EQ(reload().find("file:///a")->since_us, 10) << "it waits since it came first";
  ledger = reload();
  ledger.remove("file:///a");
  ledger.remove("file:///b");
  ASSERT_TRUE(ledger.write("/", session_));
  EXPECT_EQ(reload().size(), 0U);
}

}  // namespace
}  // namespace vdp
