#include "net/address_policy.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace vdp {
namespace {

struct Ipv4Block {
  std::uint32_t network;
  unsigned prefix_length;
  std::string_view reason;
};

constexpr std::uint32_t ipv4(unsigned a, unsigned b, unsigned c, unsigned d) { return a << 24 | b << 16 | c << 8 | d; }

// IANA IPv4 Special-Purpose Address Registry, multicast (RFC 5771), and the one metadata service with a public address.
constexpr Ipv4Block ipv4_blocks[] = {
    {ipv4(0, 0, 0, 0), 8, "0.0.0.0/8 (this host)"},
    {ipv4(10, 0, 0, 0), 8, "10.0.0.0/8 (private)"},
    {ipv4(100, 64, 0, 0), 10, "100.64.0.0/10 (carrier-grade NAT, metadata)"},
    {ipv4(127, 0, 0, 0), 8, "127.0.0.0/8 (loopback)"},
    {ipv4(168, 63, 129, 16), 32, "168.63.129.16 (metadata)"},
    {ipv4(169, 254, 0, 0), 16, "169.254.0.0/16 (link-local, metadata)"},
    {ipv4(172, 16, 0, 0), 12, "172.16.0.0/12 (private)"},
    {ipv4(192, 0, 0, 0), 24, "192.0.0.0/24 (protocol assignments, metadata)"},
    {ipv4(192, 0, 2, 0), 24, "192.0.2.0/24 (documentation)"},
    {ipv4(192, 88, 99, 0), 24, "192.88.99.0/24 (6to4 relays)"},
    {ipv4(192, 168, 0, 0), 16, "192.168.0.0/16 (private)"},
    {ipv4(198, 18, 0, 0), 15, "198.18.0.0/15 (benchmarks)"},
    {ipv4(198, 51, 100, 0), 24, "198.51.100.0/24 (documentation)"},
    {ipv4(203, 0, 113, 0), 24, "203.0.113.0/24 (documentation)"},
    {ipv4(224, 0, 0, 0), 4, "224.0.0.0/4 (multicast)"},
    {ipv4(240, 0, 0, 0), 4, "240.0.0.0/4 (reserved, broadcast)"},
};

using Ipv6Bytes = std::array<std::uint8_t, 16>;

struct Ipv6Block {
  Ipv6Bytes network;
  unsigned prefix_length;
  std::string_view reason;
};

// Named so that the message can say why; whatever else is outside 2000::/3, the only global unicast space that IANA
// has given out, is refused below. Forms that carry an IPv4 address are refused whole, whatever they carry.
constexpr Ipv6Block ipv6_blocks[] = {
    {{}, 128, ":: (this host)"},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, "::1 (loopback)"},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, "::ffff:0:0/96 (IPv4-mapped)"},
    {{}, 96, "::/96 (IPv4-compatible)"},
    {{0x00, 0x64, 0xff, 0x9b}, 96, "64:ff9b::/96 (NAT64)"},
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, "64:ff9b:1::/48 (NAT64)"},
    {{0xfc}, 7, "fc00::/7 (private, metadata)"},
    {{0xfe, 0x80}, 10, "fe80::/10 (link-local)"},
    {{0xfe, 0xc0}, 10, "fec0::/10 (site-local)"},
    {{0xff}, 8, "ff00::/8 (multicast)"},
    {{0x20, 0x01}, 23, "2001::/23 (Teredo and protocol assignments)"},
    {{0x20, 0x01, 0x0d, 0xb8}, 32, "2001:db8::/32 (documentation)"},
    {{0x20, 0x02}, 16, "2002::/16 (6to4)"},
    {{0x3f, 0xff}, 20, "3fff::/20 (documentation)"},
};
constexpr std::string_view not_global_unicast = "outside 2000::/3 (no global unicast)";

bool contains(const Ipv4Block& block, std::uint32_t address) {
  return (address ^ block.network) >> (32 - block.prefix_length) == 0;
}

bool contains(const Ipv6Block& block, const Ipv6Bytes& address) {
  const std::size_t whole_bytes = block.prefix_length / 8;
  if (!std::equal(block.network.begin(), block.network.begin() + whole_bytes, address.begin())) return false;
  const unsigned rest_bits = block.prefix_length % 8;
  return rest_bits == 0 || (block.network[whole_bytes] ^ address[whole_bytes]) >> (8 - rest_bits) == 0;
}

std::string_view non_public_reason(std::uint32_t address) {
  const auto* block = std::ranges::find_if(ipv4_blocks, [&](const Ipv4Block& b) { return contains(b, address); });
  return block == std::end(ipv4_blocks) ? std::string_view() : block->reason;
}

std::string_view non_public_reason(const Ipv6Bytes& address) {
  const auto* block = std::ranges::find_if(ipv6_blocks, [&](const Ipv6Block& b) { return contains(b, address); });
  if (block != std::end(ipv6_blocks)) return block->reason;
  return address[0] >> 5 == 1 ? std::string_view() : not_global_unicast;
}

std::string address_text(const sockaddr& address) {
  char text[INET6_ADDRSTRLEN] = "?";
  if (address.sa_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text, sizeof(text));
  } else if (address.sa_family == AF_INET6) {
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, text, sizeof(text));
  }
  return text;
}

}  // namespace

std::string_view non_public_reason(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    return non_public_reason(std::uint32_t{ntohl(reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr)});
  }
  if (address.sa_family == AF_INET6) {
    Ipv6Bytes bytes;
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, bytes.size());
    return non_public_reason(bytes);
  }
  return "neither IPv4 nor IPv6";
}

AddressPolicy::AddressPolicy(const std::vector<Url>& endpoints) {
  for (const Url& endpoint : endpoints) named_origins_.insert(endpoint.origin());
}

Status AddressPolicy::check_url(const Url& url) const {
  if (is_named(url) || data_ports_.contains(url.port)) return {};
  return fail(ErrorKind::denied,
              fmt::format("port {} of {}: an address that comes out of data may only have the ports {}", url.port,
                          url.origin(), fmt::join(data_ports_, ", ")));
}

Status AddressPolicy::check_address(const Url& url, const sockaddr& address) const {
  if (is_named(url)) return {};
  const std::string_view reason = non_public_reason(address);
  if (reason.empty()) return {};
  return fail(ErrorKind::denied,
              fmt::format("{} is {}, which is in {}: an address that comes out of data must be public. If it is meant, "
                          "name it as an endpoint in the settings",
                          url.host, address_text(address), reason));
}

}  // namespace vdp
