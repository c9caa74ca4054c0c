// AddressPolicy: which addresses a connection may be opened to.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "net/url.h"

namespace vdp {

/// Endpoints that the user's settings name may be anywhere, loopback and private networks too. Everything else comes
/// out of data (references, redirects, containers of a foreign store) and may only be a public address at the web's
/// ports, so that data cannot make this machine ask its own metadata service or its neighbours.
///
/// What is checked is the address that a socket is about to connect to, after the name was resolved: no spelling of a
/// host (decimal, octal, hexadecimal, short forms) and no change of a name's answer gets around it.
class AddressPolicy {
 public:
  /// Names no endpoint: public addresses only.
  AddressPolicy() = default;
  /// Scheme, host and port of `endpoints` count; their paths do not.
  explicit AddressPolicy(const std::vector<Url>& endpoints);

  /// The ports that URLs out of data may have; 80 and 443 unless set.
  void allow_data_ports(std::set<std::uint16_t> ports) { data_ports_ = std::move(ports); }

  bool is_named(const Url& url) const { return named_origins_.contains(url.origin()); }

  /// Before anything is resolved: `denied` for a port that data may not name.
  Status check_url(const Url& url) const;
  /// Of the address that a socket for `url` would connect to: `denied` where it may not.
  Status check_address(const Url& url, const sockaddr& address) const;

 private:
  std::set<std::string> named_origins_;
  std::set<std::uint16_t> data_ports_{80, 443};
};

/// Why an address is not public, as "169.254.0.0/16 (link-local, metadata)"; empty for a public one. Other families
/// than IPv4 and IPv6 are never public.
std::string_view non_public_reason(const sockaddr& address);

}  // namespace vdp
