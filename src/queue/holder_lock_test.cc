#include "queue/holder_lock.h"

#include <gtest/gtest.h>

#include <optional>

#include "queue/test_folder.h"

namespace vdp {
namespace {

TEST(HolderLock, TwoOpeningsOfOneProcessSeeEachOther) {
  const TestFolder folder;
  auto one = HolderLock::open(folder.file("holders")).value();
  std::optional other = HolderLock::open(folder.file("holders")).value();
  EXPECT_TRUE(one.try_lock(1).value());
  EXPECT_TRUE(one.try_lock(1).value()) << "its own";
  EXPECT_FALSE(other->try_lock(1).value());
  EXPECT_TRUE(other->try_lock(2).value());
  EXPECT_TRUE(one.is_locked_by_another(2).value());
  EXPECT_FALSE(one.is_locked_by_another(1).value());
  EXPECT_FALSE(one.is_locked_by_another(3).value());
  ASSERT_TRUE(one.unlock(1));
  EXPECT_FALSE(other->is_locked_by_another(1).value());
  other.reset();
  EXPECT_FALSE(one.is_locked_by_another(2).value());
}

TEST(HolderLock, NamesWhatItCannotOpen) {
  const auto lock = HolderLock::open("/no/such/folder/holders");
  ASSERT_FALSE(lock);
  EXPECT_NE(lock.error().text().find("/no/such/folder/holders"), std::string::npos);
}

}  // namespace
}  // namespace vdp
