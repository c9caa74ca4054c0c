#include "net/aws/surroundings.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace vdp::aws {
namespace {

class SecretFileTest : public testing::Test {
 protected:
  SecretFileTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "vdp-aws-XXXXXX").string();
    folder = mkdtemp(pattern.data());
  }
  ~SecretFileTest() override { std::filesystem::remove_all(folder); }

  std::string write(const std::string& content) const {
    const std::string path = folder + "/file";
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  static ErrorKind kind_of(const std::string& path) {
    const auto content = read_secret_file(path);
    EXPECT_FALSE(content) << path;
    return content ? ErrorKind::internal : content.error().kind;
  }

  std::string folder;
};

TEST_F(SecretFileTest, IsReadWhole) {
  EXPECT_EQ(read_secret_file(write(""))->reveal(), "");
  const std::string largest(max_file_bytes, 'x');
  EXPECT_EQ(read_secret_file(write(largest))->reveal(), largest);
}

TEST_F(SecretFileTest, IsBounded) { EXPECT_EQ(kind_of(write(std::string(max_file_bytes + 1, 'x'))), ErrorKind::limit); }

TEST_F(SecretFileTest, MustBeAFile) {
  EXPECT_EQ(kind_of(folder + "/nothing"), ErrorKind::not_found);
  EXPECT_EQ(kind_of(write("x") + "/below"), ErrorKind::not_found);
  EXPECT_EQ(kind_of(folder), ErrorKind::invalid);
  const std::string pipe = folder + "/pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(kind_of(pipe), ErrorKind::invalid);  // and does not wait for a writer
}

TEST(Environment, AnEmptyVariableIsNotSet) {
  ASSERT_EQ(setenv("VDP_TEST_EMPTY", "", 1), 0);
  EXPECT_EQ(process_environment()("VDP_TEST_EMPTY"), "");
  EXPECT_FALSE(set_variable(process_environment(), "VDP_TEST_EMPTY"));
  EXPECT_FALSE(process_environment()("VDP_TEST_THAT_IS_NOT_SET"));
}

}  // namespace
}  // namespace vdp::aws
