// Redirects: whether an answer sends the request elsewhere, and whether it may.
#pragma once

#include <optional>
#include <string_view>

#include "net/http_message.h"

namespace vdp {

constexpr unsigned max_redirects = 5;

/// Where `response` of `request` sends it next; nothing where the answer is to be handed out as it is. `denied` for
/// what request.redirects does not allow and for https to http; `invalid` for a Location that is no http URL.
Result<std::optional<Url>> redirect_target(const HttpRequest& request, const HttpResponse& response);

/// 301, 302, 303, 307, 308.
bool is_redirect_status(int status);

/// Headers that carry credentials even where a request lists them among its plain ones.
bool is_credential_header(std::string_view name);

}  // namespace vdp
