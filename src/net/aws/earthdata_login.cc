#include "net/aws/earthdata_login.h"

#include "base/json.h"
#include "base/json_field.h"
#include "net/http_headers.h"

namespace vdp::aws {
namespace {

constexpr std::int64_t kept_us = 3600LL * 1'000'000;
constexpr std::int64_t shortest_kept_us = 60LL * 1'000'000;

std::optional<NetrcLogin> login_of(const Json& secret, const char* user_field, const char* password_field) {
  NetrcLogin login{Secret(text_field(secret, user_field)), Secret(text_field(secret, password_field))};
  if (login.user.empty() || login.password.empty()) return std::nullopt;
  return login;
}

}  // namespace

Result<EarthdataLogin> parse_earthdata_secret(const Secret& text) {
  // The error of parse_json() would show how the text begins.
  const auto secret = parse_json(text.reveal());
  if (!secret || !secret->is_object()) return corrupt("expected a JSON object in the secret");
  EarthdataLogin login;
  if (Secret token(text_field(*secret, "token")); !token.empty()) login.token = std::move(token);
  login.user = login_of(*secret, "username", "password");
  if (!login.user) login.user = login_of(*secret, "EARTHDATA_USERNAME", "EARTHDATA_PASSWORD");
  if (!login.token && !login.user) {
    return corrupt("expected the texts \"username\" and \"password\", or \"token\", in the secret's JSON object");
  }
  return login;
}

Result<std::optional<EarthdataLogin>> EarthdataSecret::get() {
  const auto arn = set_variable(environment_, earthdata_secret_variable);
  if (!arn) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (login_ && clock_.now_us() - fetched_us_ < kept_us) return login_;
  auto fresh = fetch(*arn);
  if (fresh) {
    login_ = std::move(*fresh);
    fetched_us_ = clock_.now_us();
    return login_;
  }
  if (!login_ || fresh.error().kind != ErrorKind::transient) {
    return std::unexpected(within(earthdata_secret_variable, std::move(fresh).error()));
  }
  // The service has a bad minute: the old login is better than none.
  fetched_us_ = clock_.now_us() - kept_us + shortest_kept_us;
  return login_;
}

Result<EarthdataLogin> EarthdataSecret::fetch(const std::string& arn) const {
  VDP_ASSIGN(const Secret text, fetch_(arn));
  return parse_earthdata_secret(text);
}

bool EarthdataSecret::forget() {
  const std::lock_guard lock(mutex_);
  if (!login_ || clock_.now_us() - fetched_us_ < shortest_kept_us) return false;
  login_.reset();
  return true;
}

}  // namespace vdp::aws
