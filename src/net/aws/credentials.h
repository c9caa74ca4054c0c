// What proves to AWS who asks, and where it comes from.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "net/secret.h"

namespace vdp::aws {

struct Credentials {
  std::string access_key_id;
  Secret secret_access_key;
  std::optional<Secret> session_token;
  std::optional<TimestampUs> expires_us;  ///< none for those of a user, which do not expire
};

/// `corrupt` where a part is empty, longer than any real one, or holds what none has (blanks, control characters,
/// bytes beyond ASCII). The error says which part, and nothing of it.
Status check_credentials(const Credentials& credentials);

/// A place that credentials come from. Safe from all threads.
class CredentialProvider {
 public:
  virtual ~CredentialProvider() = default;

  /// `not_found`: nothing is set up here, and the next place may be asked. Every other error is one of a place that is
  /// set up, and must not be passed over. No error tells a secret.
  virtual Result<Credentials> get() = 0;
};

using CredentialProviderPtr = std::shared_ptr<CredentialProvider>;

}  // namespace vdp::aws
