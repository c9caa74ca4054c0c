// Hostile addresses: none of them may cost a single connection, whatever they are written as.
#include "net/address_policy.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <unistd.h>

#include "net/http_client.h"
#include "net/test_server.h"

namespace vdp {
namespace {

// Hosts as a URL may spell them: each is, or resolves to, an address that data must not name. Where libcurl or the
// system refuses to read a form at all, that is as good.
const char* const hostile_hosts[] = {
    // Loopback in all spellings of IPv4.
    "127.0.0.1", "127.0.0.1.", "127.0.0.2", "127.1", "127.0.1", "127.255.255.254", "127.000.000.001", "0177.0.0.1",
    "0177.1", "017700000001", "0x7f.0.0.1", "0x7f.1", "0x7f.0.1", "0x7F.0x0.0x0.0x1", "0x7f000001", "0x7F000001",
    "2130706433", "2130706434", "0x7f.0.1", "127.0x1", "127.01", "0000177.0.0.1", "00000000177.0.0.01", "0x7f.00.0x1",
    "127.0.0.0x1", "127.65535.1", "0x07f000001", "localhost", "LOCALHOST", "localhost.", "ip6-localhost",
    // This host.
    "0.0.0.0", "0", "0.0", "0x0", "00000000000", "0.1.2.3", "0.0.0.1", "0x00.0x00.0x00.0x00",
    // Metadata services, link-local.
    "169.254.169.254", "169.254.169.253", "169.254.170.2", "169.254.170.23", "169.254.0.1", "2852039166", "0xa9fea9fe",
    "0xA9.0xFE.0xA9.0xFE", "0251.0376.0251.0376", "025177524776", "169.254.43518", "169.16689662", "0xa9.254.0251.254",
    "169.254.169.254.", "100.100.100.200", "168.63.129.16", "192.0.0.192", "0xa83f8110",
    // Private networks.
    "10.0.0.1", "10.1", "10.255.255.255", "012.0.0.1", "0xa.0.0.1", "167772161", "0x0a000001", "172.16.0.1",
    "172.31.255.255", "2886729729", "0xac100001", "192.168.0.1", "192.168.1.254", "3232235521", "0xc0a80001",
    "0300.0250.0.1", "100.64.0.1", "100.127.255.254", "198.18.0.1", "198.19.255.255", "192.0.2.1", "198.51.100.7",
    "203.0.113.9", "192.88.99.1",
    // Multicast, reserved, broadcast.
    "224.0.0.1", "239.255.255.250", "0xe0000001", "3758096385", "240.0.0.1", "255.255.255.255", "4294967295",
    "0xffffffff",
    // IPv6: loopback, unspecified, private, link-local, multicast.
    "[::1]", "[0:0:0:0:0:0:0:1]", "[0000:0000:0000:0000:0000:0000:0000:0001]", "[::0001]", "[::]", "[0::0]",
    "[fd00:ec2::254]", "[FD00:EC2::254]", "[fd20:ce::254]", "[fc00::1]", "[fdff::1]", "[fe80::1]", "[febf::1]",
    "[fec0::1]", "[ff02::1]", "[ff0e::1]", "[100::1]", "[2001:db8::1]", "[3fff::1]", "[4000::1]", "[8000::1]",
    // IPv6 that carries IPv4.
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]", "[::ffff:10.0.0.1]", "[::ffff:0.0.0.0]", "[::ffff:8.8.8.8]", "[::127.0.0.1]",
    "[::169.254.169.254]", "[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b::10.0.0.1]", "[64:ff9b:1::127.0.0.1]", "[64:ff9b:1:ffff::a9fe:a9fe]", "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::1]", "[2002:c0a8:1::1]", "[2001:0:7f00:1::]", "[2001::1]", "[2001:10::1]", "[2001:20::1]"};

// URLs that hide a host; most are no URLs at all.
const char* const hostile_urls[] = {"http://good.example@127.0.0.1:{}/",
                                    "http://127.0.0.1:{}@127.0.0.1:{}/",
                                    "http://127.0.0.1:{}\\@good.example/",
                                    "http://good.example#@127.0.0.1:{}/",
                                    "http://[::ffff:127.0.0.1%25lo]:{}/",
                                    "http://127.0.0.1%00.example:{}/",
                                    "http://127.0.0.1%2egood.example:{}/",
                                    "http://127。0。0。1:{}/",
                                    "http://①②⑦.⓪.⓪.①:{}/",
                                    "http://%31%32%37.0.0.1:{}/",
                                    "http:///127.0.0.1:{}/",
                                    "http:127.0.0.1:{}/",
                                    "//127.0.0.1:{}/",
                                    "file://127.0.0.1:{}/",
                                    "gopher://127.0.0.1:{}/_GET",
                                    "dict://127.0.0.1:{}/x",
                                    "ftp://127.0.0.1:{}/",
                                    "telnet://127.0.0.1:{}/",
                                    "http://127.0.0.1\r\nX:{}/",
                                    "http://127.0.0.1 :{}/",
                                    "http://[127.0.0.1]:{}/",
                                    "http://127.0.0.1:{}:80/",
                                    "http://127.0.0.1:+{}/"};

/// Listens at every address of this machine, on one port, and only counts.
class Trap {
 public:
  Trap() {
    listener_ = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int off = 0;
    setsockopt(listener_, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
    sockaddr_in6 any{};
    any.sin6_family = AF_INET6;
    bound_ = bind(listener_, reinterpret_cast<sockaddr*>(&any), sizeof(any)) == 0;
    if (!bound_) bind_ipv4();
    listen(listener_, 512);
    sockaddr_storage address{};
    socklen_t size = sizeof(address);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(reinterpret_cast<sockaddr_in&>(address).sin_port);  // at the same place in both families
  }
  ~Trap() { close(listener_); }
  Trap(const Trap&) = delete;
  Trap& operator=(const Trap&) = delete;

  std::uint16_t port() const { return port_; }
  /// How many connections came since the last call.
  int connections() const {
    int count = 0;
    for (int connection; (connection = accept(listener_, nullptr, nullptr)) >= 0; ++count) close(connection);
    return count;
  }

 private:
  /// Where the machine has no IPv6.
  void bind_ipv4() {
    close(listener_);
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_in any{};
    any.sin_family = AF_INET;
    bound_ = bind(listener_, reinterpret_cast<sockaddr*>(&any), sizeof(any)) == 0;
  }

  int listener_ = -1;
  bool bound_ = false;
  std::uint16_t port_ = 0;
};

HttpRequest get(Url url) {
  HttpRequest request;
  request.url = std::move(url);
  request.timeouts.total = std::chrono::seconds(3);
  return request;
}

/// Ports are no obstacle here, so that only the address policy is.
HttpClientOptions data_at(std::uint16_t port) {
  HttpClientOptions options;
  options.policy.allow_data_ports({port});
  return options;
}

TEST(AddressPolicy, HostileHostsCostNoConnection) {
  static_assert(std::size(hostile_hosts) >= 120);
  const Trap trap;
  HttpClient client(data_at(trap.port()));
  int denied = 0;
  for (const char* host : hostile_hosts) {
    const auto url = parse_url(fmt::format("http://{}:{}/latest/meta-data/", host, trap.port()));
    ASSERT_TRUE(url.has_value()) << host << ": " << url.error().text();
    const auto answer = client.send(get(*url));
    ASSERT_FALSE(answer.has_value()) << host;
    denied += answer.error().kind == ErrorKind::denied ? 1 : 0;
    EXPECT_EQ(trap.connections(), 0) << host;
  }
  EXPECT_EQ(client.counts().requests, 0U);
  EXPECT_EQ(client.counts().connections, 0U);
  // The few others are forms that are no address and no known name to libcurl.
  EXPECT_GE(denied, 115);
}

TEST(AddressPolicy, TheTrapCatchesWhoIsAllowed) {
  const Trap trap;
  const Url url = *parse_url(fmt::format("http://127.0.0.1:{}/", trap.port()));
  HttpClientOptions options;
  options.policy = AddressPolicy({url});
  HttpRequest request = get(url);
  request.timeouts.total = std::chrono::milliseconds(200);
  EXPECT_EQ(HttpClient(options).send(request).error().kind, ErrorKind::transient);
  EXPECT_EQ(trap.connections(), 1);
}

TEST(AddressPolicy, HiddenHostsAreNoUrls) {
  const Trap trap;
  HttpClient client(data_at(trap.port()));
  for (const char* pattern : hostile_urls) {
    std::string text = pattern;
    for (std::size_t at; (at = text.find("{}")) != std::string::npos;) text.replace(at, 2, std::to_string(trap.port()));
    EXPECT_FALSE(parse_url(text).has_value()) << text;
  }
  EXPECT_EQ(trap.connections(), 0);
}

/// A public name whose answer is a private address, from the first time (a planted record) or the second (rebinding).
TEST(AddressPolicy, NamesThatAnswerPrivateAddressesAreDenied) {
  const Trap trap;
  for (const char* address : {"127.0.0.1", "169.254.169.254", "10.0.0.1", "0.0.0.0", "::1", "::ffff:127.0.0.1"}) {
    HttpClientOptions options = data_at(trap.port());
    options.resolve = {fmt::format("data.example:{}:{}", trap.port(), address)};
    HttpClient client(options);
    const auto answer = client.send(get(*parse_url(fmt::format("http://data.example:{}/", trap.port()))));
    ASSERT_FALSE(answer.has_value()) << address;
    EXPECT_EQ(answer.error().kind, ErrorKind::denied) << address << ": " << answer.error().text();
    EXPECT_NE(answer.error().message.find("data.example is "), std::string::npos) << answer.error().text();
  }
  EXPECT_EQ(trap.connections(), 0);
}

TEST(AddressPolicy, RedirectsAreDataWhoeverSendsThem) {
  const Trap trap;
  std::string location;
  TestServer server(
      [&](const std::string&) { return TestReply{http_answer(302, "", fmt::format("Location: {}\r\n", location))}; });
  HttpClientOptions options = data_at(trap.port());
  options.policy = AddressPolicy({server.url()});
  options.policy.allow_data_ports({trap.port()});
  HttpClient client(options);
  HttpRequest request = get(server.url());
  request.redirects = RedirectRule::any_host;
  for (const char* host : hostile_hosts) {
    location = fmt::format("http://{}:{}/", host, trap.port());
    EXPECT_FALSE(client.send(request).has_value()) << location;
  }
  for (const char* url : {"file:///etc/passwd", "gopher://127.0.0.1/", "http://u:p@127.0.0.1/"}) {
    location = url;
    EXPECT_EQ(client.send(request).error().kind, ErrorKind::invalid) << url;
  }
  EXPECT_EQ(trap.connections(), 0);
}

TEST(AddressPolicy, DataNamesOnlyTheWebsPorts) {
  const AddressPolicy policy({*parse_url("http://minio.local:9000/bucket/")});
  for (const char* url : {"http://h/", "https://h/", "http://h:443/", "http://minio.local:9000/other"}) {
    EXPECT_TRUE(policy.check_url(*parse_url(url)).has_value()) << url;
  }
  for (const char* url : {"http://h:22/", "http://h:6379/", "https://minio.local:9000/", "http://minio.local:9001/",
                          "http://other.local:9000/"}) {
    EXPECT_EQ(policy.check_url(*parse_url(url)).error().kind, ErrorKind::denied) << url;
  }
}

sockaddr_storage address_of(const char* text) {
  sockaddr_storage storage{};
  auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
  if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
  } else if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
  }
  return storage;
}

bool is_public(const char* text) {
  const sockaddr_storage storage = address_of(text);
  EXPECT_NE(storage.ss_family, 0) << text;
  return non_public_reason(reinterpret_cast<const sockaddr&>(storage)).empty();
}

TEST(AddressPolicy, BlocksEndWhereTheyEnd) {
  for (const char* text : {"1.0.0.0",          "9.255.255.255",   "11.0.0.0",
                           "100.63.255.255",   "100.128.0.0",     "126.255.255.255",
                           "128.0.0.0",        "168.63.129.15",   "168.63.129.17",
                           "169.253.255.255",  "169.255.0.0",     "172.15.255.255",
                           "172.32.0.0",       "192.0.1.0",       "192.0.3.0",
                           "192.88.98.255",    "192.167.255.255", "192.169.0.0",
                           "198.17.255.255",   "198.20.0.0",      "203.0.112.255",
                           "203.0.114.0",      "223.255.255.255", "52.216.0.1",
                           "2000::1",          "2001:200::1",     "2001:4860:4860::8888",
                           "2001:db7:ffff::1", "2001:db9::1",     "2003::1",
                           "2600:1f18::1",     "3ffe::1",         "3fff:1000::1"}) {
    EXPECT_TRUE(is_public(text)) << text;
  }
  for (const char* text : {"0.255.255.255", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.255.255.255",
                           "169.254.255.255", "172.31.255.255", "192.168.255.255", "198.19.255.255", "224.0.0.0",
                           "255.255.255.255", "1fff::1", "4000::1", "2001:1ff::1", "2002:ffff::1", "3fff:fff::1"}) {
    EXPECT_FALSE(is_public(text)) << text;
  }
  const sockaddr local{AF_UNIX, {}};
  EXPECT_FALSE(non_public_reason(local).empty());
}

}  // namespace
}  // namespace vdp
