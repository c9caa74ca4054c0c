// What credential providers look at outside of themselves: variables, files, and services that answer over HTTP. Tests
// put their own in place, so that no socket and no home folder is needed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/error.h"
#include "net/http_headers.h"
#include "net/secret.h"
#include "net/url.h"

namespace vdp::aws {

/// The value of an environment variable; nothing where it is not set.
using EnvironmentLookup = std::function<std::optional<std::string>(const std::string& name)>;
EnvironmentLookup process_environment();
/// The same, with a variable that is set but empty taken as not set.
std::optional<std::string> set_variable(const EnvironmentLookup& environment, const std::string& name);

/// The content of a file: `not_found` where there is none, `denied` where it may not be read, `limit` beyond
/// max_file_bytes. Errors hold nothing of the content.
using FileReader = std::function<Result<Secret>(const std::string& path)>;
inline constexpr std::size_t max_file_bytes = 1 << 20;
Result<Secret> read_secret_file(const std::string& path);

struct Ask {
  std::string method = "GET";
  Url url;
  HttpHeaders headers;
  Secret body;
  std::int64_t timeout_ms = 1000;  ///< for everything, from the look-up of the name to the last byte
};

struct Answer {
  int status = 0;
  Secret body;
};

/// Asks the metadata services and STS. Safe from all threads.
class Asker {
 public:
  static constexpr std::size_t max_answer_bytes = 64 << 10;

  virtual ~Asker() = default;
  /// An answer of any status is no failure. Follows no redirect, uses no proxy for link-local and loopback addresses,
  /// and gives `limit` for a body beyond max_answer_bytes. Errors hold nothing of headers and bodies.
  virtual Result<Answer> ask(const Ask& question) = 0;
};

/// The error of an ask(), in the kinds that a caller of get() may see: asking again is always safe, and a missing host
/// is not a missing object.
Error ask_failure(Error error);

}  // namespace vdp::aws
