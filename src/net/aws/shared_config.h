// ~/.aws/credentials and ~/.aws/config, which all AWS tools share: profiles with keys and a region.
// https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
#pragma once

#include <optional>
#include <string>

#include "net/aws/credentials.h"
#include "net/aws/ini_file.h"
#include "net/aws/surroundings.h"

namespace vdp::aws {

/// One profile, from both files. Its name is that of AWS_PROFILE, or "default".
struct Profile {
  std::string name;
  IniSection credentials;  ///< of the credentials file
  IniSection config;       ///< of the config file

  bool has(const std::string& setting) const { return credentials.contains(setting) || config.contains(setting); }
};

/// Reads AWS_SHARED_CREDENTIALS_FILE (~/.aws/credentials) and AWS_CONFIG_FILE (~/.aws/config). `not_found` where
/// neither has the profile and none was asked for; `invalid` where AWS_PROFILE, or the name of a file, leads to
/// nothing; `corrupt` for a file that is no INI.
Result<Profile> read_profile(const EnvironmentLookup& environment, const FileReader& read_file);

/// AWS_REGION, AWS_DEFAULT_REGION, or the profile's; nothing where none says. Errors are those of read_profile().
Result<std::optional<std::string>> configured_region(const EnvironmentLookup& environment, const FileReader& read_file);

/// The keys of the profile. A profile that gets them otherwise (an assumed role, single sign-on, a program) is
/// `unsupported`, by the name of the setting: going on to the next place would act as somebody else.
class SharedConfig final : public CredentialProvider {
 public:
  SharedConfig(EnvironmentLookup environment, FileReader read_file)
      : environment_(std::move(environment)), read_file_(std::move(read_file)) {}
  Result<Credentials> get() override;

 private:
  EnvironmentLookup environment_;
  FileReader read_file_;
};

}  // namespace vdp::aws
