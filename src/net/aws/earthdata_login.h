// EarthdataLogin: the token, or user and password, of NASA's Earthdata that a secret of AWS holds.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "net/aws/credentials.h"
#include "net/aws/surroundings.h"
#include "net/netrc.h"

namespace vdp::aws {

inline constexpr const char* earthdata_secret_variable = "EARTHDATA_SECRET_ARN";

/// At least one of the two.
struct EarthdataLogin {
  std::optional<Secret> token;
  std::optional<NetrcLogin> user;
};

/// {"username", "password"}, {"EARTHDATA_USERNAME", "EARTHDATA_PASSWORD"} or {"token"}. `corrupt` for anything else;
/// nothing of it is told.
Result<EarthdataLogin> parse_earthdata_secret(const Secret& text);

/// The login of the secret that EARTHDATA_SECRET_ARN names, fetched once an hour for all who ask; the old one is kept
/// while the service does not answer. Safe from all threads; while one fetches it the others wait.
class EarthdataSecret {
 public:
  /// Asks Secrets Manager for the text of a secret.
  using Fetch = std::function<Result<Secret>(const std::string& arn)>;

  EarthdataSecret(EnvironmentLookup environment, Fetch fetch, Clock& clock)
      : environment_(std::move(environment)), fetch_(std::move(fetch)), clock_(clock) {}

  /// Nothing where the variable is not set. Errors do not turn to the next place: a login that is meant is used.
  Result<std::optional<EarthdataLogin>> get();

  /// The login was refused: the next get() fetches again. Once a minute at most, so that a wrong password is not asked
  /// for, and tried, without end. Whether it will.
  bool forget();

 private:
  Result<EarthdataLogin> fetch(const std::string& arn) const;

  EnvironmentLookup environment_;
  Fetch fetch_;
  Clock& clock_;
  std::mutex mutex_;
  std::optional<EarthdataLogin> login_;
  TimestampUs fetched_us_ = 0;
};

using EarthdataSecretPtr = std::shared_ptr<EarthdataSecret>;

}  // namespace vdp::aws
