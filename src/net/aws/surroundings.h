// What credential providers look at outside of themselves: variables, files, and services that answer over HTTP. Tests
// put their own in place, so that no socket and no home folder is needed.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "base/error.h"
#include "net/http_message.h"
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

/// HttpClient::send(), or a test's script: asks metadata services and STS. Safe from all threads. The address policy of
/// the client must name credential_endpoints().
using HttpSender = std::function<Result<HttpResponse>(const HttpRequest& request)>;

/// A request as these services are asked: no redirect, at most 64 KiB of answer, and `total` for all of it.
HttpRequest credential_request(Url url, std::chrono::milliseconds total);

/// The error of a send(), in the kinds that a caller of get() may see: asking again is always safe, and a host that is
/// missing is not an object that is missing.
Error send_failure(Error error);

}  // namespace vdp::aws
