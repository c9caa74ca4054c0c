#include "net/aws/surroundings.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace vdp::aws {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

Failure unreadable(const std::string& path, int error) {
  const ErrorKind kind = error == ENOENT || error == ENOTDIR ? ErrorKind::not_found : ErrorKind::denied;
  return fail(kind, fmt::format("cannot read {}: {}", path, std::generic_category().message(error)));
}

}  // namespace

EnvironmentLookup process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
  };
}

std::optional<std::string> set_variable(const EnvironmentLookup& environment, const std::string& name) {
  std::optional<std::string> value = environment(name);
  if (value && value->empty()) value.reset();
  return value;
}

Result<Secret> read_secret_file(const std::string& path) {
  // Not blocking: a named pipe without a writer would hang for good.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.number() < 0) return unreadable(path, errno);
  struct stat status{};
  if (::fstat(file.number(), &status) != 0) return unreadable(path, errno);
  if (!S_ISREG(status.st_mode)) return invalid(fmt::format("{} is no regular file", path));
  // One byte more than allowed tells a file that is too long; the buffer never moves and leaves no copy behind.
  std::string content(max_file_bytes + 1, '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t count = ::read(file.number(), content.data() + size, content.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unreadable(path, errno);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  if (size > max_file_bytes) return over_limit(fmt::format("{} is larger than {} bytes", path, max_file_bytes));
  content.resize(size);
  return Secret(std::move(content));
}

HttpRequest credential_request(Url url, std::chrono::milliseconds total) {
  HttpRequest request;
  request.url = std::move(url);
  request.max_body_bytes = 64 << 10;
  request.timeouts.connect = total;
  request.timeouts.first_byte = total;
  request.timeouts.total = total;
  return request;
}

Error send_failure(Error error) {
  switch (error.kind) {
    case ErrorKind::limit:
    case ErrorKind::denied:
    case ErrorKind::cancelled:
      return error;
    default:
      error.kind = ErrorKind::transient;
      return error;
  }
}

}  // namespace vdp::aws
