// The body of fuzz/net_fuzz.cc over texts that are damaged at random, always the same ones.
#include <gtest/gtest.h>

#include <array>

#include "base/random.h"
#include "net/aws/fuzz_body.h"

namespace vdp::aws {
namespace {

const std::vector<std::string> seeds = {
    "https://user:pass@host.example:443/a%2Fb/../c?d=e&f#g",
    "http://[::ffff:127.0.0.1]:8080/?x",
    "//host/../path",
    "http://0x7f.1:0/",
    "machine host login \"a \\\" b\" password p#1 account c\ndefault login d password e\nmacdef m\nline\n\nmachine x",
    "[default]\naws_access_key_id = A\naws_secret_access_key = S\n[profile \"my team\"]\nregion=r\ns3 =\n  a = b\n",
};

/// One change of a text, of those that find faults in parsers.
void damage(std::string& text, Random& random) {
  std::array<std::uint8_t, 4> dice{};
  random.fill(dice);
  using namespace std::string_view_literals;
  constexpr std::string_view special = "\0\n\r\t \"\\#%@:/?[]=.;\xff"sv;
  const std::size_t at = text.empty() ? 0 : dice[1] % text.size();
  switch (dice[0] % 4) {
    case 0:
      text.insert(at, 1, special[dice[2] % special.size()]);
      break;
    case 1:
      text.erase(at, dice[2] % 8);
      break;
    case 2:
      text.insert(at, text.substr(dice[2] % (text.size() + 1), dice[3] % 16));
      break;
    default:
      if (!text.empty()) text[at] = static_cast<char>(dice[2]);
  }
}

TEST(Parsers, HoldOnArbitraryTexts) {
  SeededRandom random(5);
  for (const std::string& seed : seeds) {
    parse_arbitrary(as_bytes(seed));
    for (std::size_t size = 0; size < seed.size(); ++size) parse_arbitrary(as_bytes(seed.substr(0, size)));
    std::string text = seed;
    for (int i = 0; i < 3000; ++i) {
      if (i % 20 == 0) text = seed;
      damage(text, random);
      parse_arbitrary(as_bytes(text));
    }
  }
}

// Without bounds, these would take minutes.
TEST(Parsers, TakeTimeInProportion) {
  for (const char* piece : {"machine ", "\"", "[a]\n", "a=b\n", "/../", "//", "%41", "macdef\n", "#", "@", " "}) {
    std::string text;
    while (text.size() < 1'000'000) text += piece;
    parse_arbitrary(as_bytes(text));
  }
}

}  // namespace
}  // namespace vdp::aws
