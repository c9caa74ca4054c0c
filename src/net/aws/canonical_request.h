// The canonical request of AWS Signature Version 4: the one spelling of a request that signer and server agree on.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html, step 1.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "net/http_headers.h"

namespace vdp::aws {

/// Name and value, neither of them encoded.
using QueryParameter = std::pair<std::string, std::string>;

enum class Slash { keep, encode };

/// Percent-encodes every byte but A-Z a-z 0-9 - _ . ~ (and '/', if kept), with upper-case digits.
std::string uri_encode(std::string_view text, Slash slash);

/// "a=1&b=": encoded, sorted by name and then by value. Repeated names stay; a name without a value ends in '='.
std::string encode_query(const std::vector<QueryParameter>& parameters);

/// The path as it is signed, from the encoded path as it is sent. S3 signs what is sent; every other service removes
/// dot segments and repeated slashes and encodes a second time.
std::string canonical_path(std::string_view sent_path, std::string_view service);

struct CanonicalHeaders {
  std::string lines;         ///< "name:value\n" for each, sorted
  std::string signed_names;  ///< "host;x-amz-date"
};

/// Leaves out those that proxies and clients change on the way (Connection, User-Agent, ...), and joins repeated ones
/// with a comma. `invalid` as check_header() says.
Result<CanonicalHeaders> canonicalize(const HttpHeaders& headers);

}  // namespace vdp::aws
