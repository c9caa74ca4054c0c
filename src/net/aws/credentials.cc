#include "net/aws/credentials.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace vdp::aws {
namespace {

// AWS: 16 to 128 characters for the id, 40 for the key; tokens have no stated bound and are some 1,000 long.
constexpr std::size_t max_access_key_id = 256;
constexpr std::size_t max_secret_access_key = 1024;
constexpr std::size_t max_session_token = 32 << 10;

Status check_part(std::string_view what, std::string_view text, std::size_t longest) {
  if (text.empty()) return corrupt(fmt::format("the {} is empty", what));
  if (text.size() > longest) return corrupt(fmt::format("the {} is longer than {} characters", what, longest));
  if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; })) {
    return corrupt(fmt::format("the {} holds a blank, a control character or one beyond ASCII", what));
  }
  return {};
}

}  // namespace

Status check_credentials(const Credentials& credentials) {
  VDP_TRY(check_part("access key id", credentials.access_key_id, max_access_key_id));
  VDP_TRY(check_part("secret access key", credentials.secret_access_key.reveal(), max_secret_access_key));
  if (credentials.session_token) {
    VDP_TRY(check_part("session token", credentials.session_token->reveal(), max_session_token));
  }
  return {};
}

}  // namespace vdp::aws
