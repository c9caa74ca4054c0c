#include "net/aws/shared_config.h"

#include <fmt/format.h>

#include <array>

namespace vdp::aws {
namespace {

struct FileName {
  const char* variable;
  const char* below_home;
};
constexpr FileName credentials_file = {"AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials"};
constexpr FileName config_file = {"AWS_CONFIG_FILE", "/.aws/config"};

// A profile with one of the first gets its credentials by it, whatever keys it has beside; the others are asked only
// where it has no keys.
constexpr std::array<const char*, 6> before_keys = {"role_arn",    "source_profile", "credential_source",
                                                    "sso_session", "sso_account_id", "web_identity_token_file"};
constexpr std::array<const char*, 2> after_keys = {"credential_process", "login_session"};

/// "~/x" is below the home folder; nothing where there is none.
std::optional<std::string> expand_home(const EnvironmentLookup& environment, const std::string& path) {
  if (path != "~" && !path.starts_with("~/")) return path;
  const auto home = set_variable(environment, "HOME");
  if (!home) return std::nullopt;
  return *home + path.substr(1);
}

/// Empty where the file is not there and no variable names it.
Result<IniFile> read_ini(const EnvironmentLookup& environment, const FileReader& read_file, const FileName& name) {
  const auto named = set_variable(environment, name.variable);
  const auto path = expand_home(environment, named.value_or("~" + std::string(name.below_home)));
  if (!path) return IniFile();
  // A variable's value is the user's, but a secret that was put there by mistake shall not show: its name is told.
  const std::string place = named ? name.variable : *path;
  const Result<Secret> content = read_file(*path);
  if (!content) {
    if (content.error().kind == ErrorKind::not_found && !named) return IniFile();
    return invalid(fmt::format("{}: the file cannot be read ({})", place, to_string(content.error().kind)));
  }
  Result<IniFile> file = parse_ini(content->reveal());
  if (!file) return std::unexpected(within(place, std::move(file).error()));
  return file;
}

IniSection take_section(IniFile& file, const std::string& name) {
  const auto found = file.find(name);
  return found != file.end() ? std::move(found->second) : IniSection();
}

bool has_section(const IniFile& file, const std::string& name) { return file.contains(name); }

const Secret* find_setting(const IniSection& section, const char* name) {
  const auto found = section.find(name);
  return found != section.end() && !found->second.empty() ? &found->second : nullptr;
}

/// Both keys are of one section: an id of one file does not go with a secret of another.
Result<std::optional<Credentials>> keys_of(const IniSection& section, std::string_view file) {
  const Secret* id = find_setting(section, "aws_access_key_id");
  const Secret* key = find_setting(section, "aws_secret_access_key");
  if (id == nullptr && key == nullptr) return std::nullopt;
  if (id == nullptr || key == nullptr) {
    return invalid(fmt::format("{} without {} in the {} file",
                               id != nullptr ? "aws_access_key_id" : "aws_secret_access_key",
                               id != nullptr ? "aws_secret_access_key" : "aws_access_key_id", file));
  }
  Credentials credentials{id->reveal(), *key, std::nullopt, std::nullopt};
  if (const Secret* token = find_setting(section, "aws_session_token")) credentials.session_token = *token;
  if (const Status fine = check_credentials(credentials); !fine) {
    return invalid(fmt::format("{} file: {}", file, fine.error().message));
  }
  return credentials;
}

Failure not_supported(const char* setting) {
  return unsupported(
      fmt::format("a profile with {} is not supported: give keys to it, or put temporary ones into the environment"
                  " (aws configure export-credentials --format env)",
                  setting));
}

Result<Credentials> credentials_of(const Profile& profile) {
  for (const char* setting : before_keys) {
    if (profile.has(setting)) return not_supported(setting);
  }
  VDP_ASSIGN(std::optional<Credentials> found, keys_of(profile.credentials, "credentials"));
  if (!found) {
    VDP_ASSIGN(found, keys_of(profile.config, "config"));
  }
  if (found) return std::move(*found);
  for (const char* setting : after_keys) {
    if (profile.has(setting)) return not_supported(setting);
  }
  return not_found("the profile has no keys");
}

}  // namespace

Result<Profile> read_profile(const EnvironmentLookup& environment, const FileReader& read_file) {
  const auto named = set_variable(environment, "AWS_PROFILE");
  Profile profile{.name = named.value_or("default"), .credentials = {}, .config = {}};
  VDP_ASSIGN(IniFile credentials, read_ini(environment, read_file, credentials_file));
  VDP_ASSIGN(IniFile config, read_ini(environment, read_file, config_file));
  // In the config file, all but the default profile have a prefix, and that one may.
  std::string section = "profile " + profile.name;
  if (profile.name == "default" && !has_section(config, section)) section = "default";
  if (!has_section(credentials, profile.name) && !has_section(config, section)) {
    if (named) return invalid("AWS_PROFILE names a profile that neither the credentials file nor the config file has");
    return not_found("no profile \"default\" in ~/.aws/credentials and ~/.aws/config");
  }
  profile.credentials = take_section(credentials, profile.name);
  profile.config = take_section(config, section);
  return profile;
}

Result<std::optional<std::string>> configured_region(const EnvironmentLookup& environment,
                                                     const FileReader& read_file) {
  for (const char* variable : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (auto region = set_variable(environment, variable)) return region;
  }
  const Result<Profile> profile = read_profile(environment, read_file);
  if (!profile) {
    if (profile.error().kind == ErrorKind::not_found) return std::nullopt;
    return std::unexpected(profile.error());
  }
  for (const IniSection* section : {&profile->config, &profile->credentials}) {
    if (const Secret* region = find_setting(*section, "region")) return region->reveal();
  }
  return std::nullopt;
}

Result<Credentials> SharedConfig::get() {
  VDP_ASSIGN(const Profile profile, read_profile(environment_, read_file_));
  return credentials_of(profile);
}

}  // namespace vdp::aws
