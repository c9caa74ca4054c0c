// Chain and refresh: whom the credentials are asked of, when, and by how many threads.
#include "net/aws/refreshing_provider.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <latch>
#include <set>
#include <thread>

#include "net/aws/credential_chain.h"
#include "net/aws/scripted_surroundings.h"

namespace vdp::aws {
namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t hour_s = 3600;
constexpr TimestampUs start_us = 1'795'000'000'000'000;

/// Gives what its function does, and counts how often it was asked.
class Source final : public CredentialProvider {
 public:
  explicit Source(std::function<Result<Credentials>()> give) : give_(std::move(give)) {}
  Result<Credentials> get() override {
    ++asked;
    return give_();
  }
  std::atomic<int> asked = 0;
  std::function<Result<Credentials>()> give_;
};

Credentials named(std::string id, std::optional<TimestampUs> expires_us = std::nullopt) {
  return {std::move(id), Secret("skey"), std::nullopt, expires_us};
}

std::string id_of(const Result<Credentials>& credentials) {
  return credentials ? credentials->access_key_id : std::string(to_string(credentials.error().kind));
}

// ---- refresh ----

class RefreshTest : public testing::Test {
 protected:
  void sleep_s(std::int64_t s) { clock.sleep_us(s * second_us); }
  TimestampUs in_s(std::int64_t s) { return clock.now_us() + s * second_us; }

  ManualClock clock{start_us};
  SeededRandom random{1};
  int number = 0;
  bool is_down = false;
  std::int64_t life_s = hour_s;
  std::shared_ptr<Source> source = std::make_shared<Source>([this]() -> Result<Credentials> {
    if (is_down) return fail(ErrorKind::transient, "down");
    return named("K" + std::to_string(++number), in_s(life_s));
  });
  RefreshingProvider provider{source, clock, random};
};

TEST_F(RefreshTest, AsksOnceForCredentialsThatDoNotExpire) {
  source->give_ = [] { return named("K"); };
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(id_of(provider.get()), "K");
    sleep_s(10 * 365 * 24 * hour_s);
  }
  EXPECT_EQ(source->asked, 1);
}

TEST_F(RefreshTest, ReadsTemporaryOnesOfAFileAgain) {
  source->give_ = [this]() -> Result<Credentials> {
    if (is_down) return invalid("half written");
    Credentials temporary = named("K" + std::to_string(++number));
    temporary.session_token = Secret("stoken");
    return temporary;
  };
  EXPECT_EQ(id_of(provider.get()), "K1");
  sleep_s(299);
  EXPECT_EQ(id_of(provider.get()), "K1");
  is_down = true;
  sleep_s(1);
  EXPECT_EQ(id_of(provider.get()), "K1");
  is_down = false;
  sleep_s(10);
  EXPECT_EQ(id_of(provider.get()), "K2");
}

TEST_F(RefreshTest, RefreshesWellBeforeExpiry) {
  EXPECT_EQ(id_of(provider.get()), "K1");
  sleep_s(hour_s * 3 / 4 - 1);  // never before three quarters of their life
  EXPECT_EQ(id_of(provider.get()), "K1");
  sleep_s(1);
  EXPECT_EQ(id_of(provider.get()), "K2");
  EXPECT_EQ(source->asked, 2);
}

TEST_F(RefreshTest, JitterSpreadsTheMoment) {
  std::set<std::int64_t> seconds_ahead;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    ManualClock own(start_us);
    SeededRandom other(seed);
    auto counted = std::make_shared<Source>([] { return named("K", start_us + 6 * hour_s * second_us); });
    RefreshingProvider one(counted, own, other);
    ASSERT_TRUE(one.get());
    while (counted->asked == 1) {
      own.sleep_us(10 * second_us);
      ASSERT_TRUE(one.get());
    }
    seconds_ahead.insert(6 * hour_s - (own.now_us() - start_us) / second_us);
  }
  EXPECT_GE(*seconds_ahead.begin(), 15 * 60 - 10);
  EXPECT_LE(*seconds_ahead.rbegin(), 20 * 60);
  EXPECT_GT(*seconds_ahead.rbegin() - *seconds_ahead.begin(), 60);
}

TEST_F(RefreshTest, ShortLivesAreUsedForThreeQuarters) {
  life_s = 400;
  EXPECT_EQ(id_of(provider.get()), "K1");
  sleep_s(299);
  EXPECT_EQ(id_of(provider.get()), "K1");
  sleep_s(1);
  EXPECT_EQ(id_of(provider.get()), "K2");
}

TEST_F(RefreshTest, OldOnesGoOnBeingUsedWhileTheyAreGood) {
  EXPECT_EQ(id_of(provider.get()), "K1");
  is_down = true;
  sleep_s(hour_s - 600);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(id_of(provider.get()), "K1");
  EXPECT_EQ(source->asked, 2);  // not at every call
  sleep_s(10);
  EXPECT_EQ(id_of(provider.get()), "K1");
  EXPECT_EQ(source->asked, 3);
  sleep_s(589);  // one second is left
  EXPECT_EQ(id_of(provider.get()), "K1");
  sleep_s(1);
  EXPECT_EQ(id_of(provider.get()), "transient");
  is_down = false;
  EXPECT_EQ(id_of(provider.get()), "K2");
}

TEST_F(RefreshTest, CredentialsThatCameTooLateAreNoneAndReplaceNone) {
  life_s = 0;
  EXPECT_EQ(id_of(provider.get()), "transient");
  life_s = hour_s;
  EXPECT_EQ(id_of(provider.get()), "K2");
  life_s = -1;
  sleep_s(hour_s - 600);
  EXPECT_EQ(id_of(provider.get()), "K2");
}

TEST_F(RefreshTest, OneThreadAsksForAll) {
  constexpr int threads = 16;
  std::latch all_are_there(threads);
  source->give_ = [this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return named("K", in_s(hour_s));
  };
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> pool;
    for (int i = 0; i < threads; ++i) {
      pool.emplace_back([&] {
        all_are_there.arrive_and_wait();
        if (id_of(provider.get()) == "K") ++right;
      });
    }
  }
  EXPECT_EQ(right, threads);
  EXPECT_EQ(source->asked, 1);
}

TEST_F(RefreshTest, OthersDoNotWaitForARefreshThatIsNotUrgent) {
  EXPECT_EQ(id_of(provider.get()), "K1");
  sleep_s(hour_s - 600);
  std::latch is_under_way(1);
  std::latch may_end(1);
  source->give_ = [&] {
    is_under_way.count_down();
    may_end.wait();
    return named("K2", in_s(hour_s));
  };
  std::jthread refresher([&] { EXPECT_EQ(id_of(provider.get()), "K2"); });
  is_under_way.wait();
  EXPECT_EQ(id_of(provider.get()), "K1");  // would hang here if it waited
  may_end.count_down();
  refresher.join();
  EXPECT_EQ(id_of(provider.get()), "K2");
}

TEST_F(RefreshTest, AllThatWaitedGetTheError) {
  constexpr int threads = 8;
  std::latch all_are_there(threads);
  source->give_ = []() -> Result<Credentials> {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return fail(ErrorKind::denied, "no");
  };
  std::atomic<int> refused = 0;
  {
    std::vector<std::jthread> pool;
    for (int i = 0; i < threads; ++i) {
      pool.emplace_back([&] {
        all_are_there.arrive_and_wait();
        if (id_of(provider.get()) == "denied") ++refused;
      });
    }
  }
  EXPECT_EQ(refused, threads);
}

// ---- chain ----

Result<Credentials> nothing() { return not_found("nothing here"); }

TEST(CredentialChain, StaysWithTheFirstThatHasAny) {
  auto first = std::make_shared<Source>(nothing);
  auto second = std::make_shared<Source>([] { return named("B"); });
  auto third = std::make_shared<Source>([] { return named("C"); });
  CredentialChain chain({{"a", first}, {"b", second}, {"c", third}});
  EXPECT_EQ(id_of(chain.get()), "B");
  first->give_ = [] { return named("A"); };
  EXPECT_EQ(id_of(chain.get()), "B");
  second->give_ = nothing;
  EXPECT_EQ(id_of(chain.get()), "transient");  // it was there before
  EXPECT_EQ(first->asked, 1);
  EXPECT_EQ(third->asked, 0);
}

TEST(CredentialChain, DoesNotPassOverWhatIsBroken) {
  auto broken = std::make_shared<Source>([]() -> Result<Credentials> { return invalid("half a pair"); });
  auto next = std::make_shared<Source>([] { return named("B"); });
  CredentialChain chain({{"a", broken}, {"b", next}});
  const auto credentials = chain.get();
  EXPECT_EQ(id_of(credentials), "invalid");
  EXPECT_EQ(credentials.error().text(), "credentials: a: half a pair");
  EXPECT_EQ(next->asked, 0);
}

TEST(CredentialChain, NamesAllThatItTried) {
  ScriptedSurroundings around;
  const auto chain = default_credential_chain(around.environment(), around.reader(), around.sender());
  const auto credentials = chain->get();
  EXPECT_EQ(id_of(credentials), "denied");  // never not_found, which would say that an object is missing
  for (const char* place :
       {"environment: AWS_ACCESS_KEY_ID", "web identity: AWS_WEB_IDENTITY_TOKEN_FILE",
        "shared files:", "container: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "instance metadata: no instance"}) {
    EXPECT_NE(credentials.error().message.find(place), std::string::npos) << credentials.error().message;
  }
}

TEST(CredentialChain, AsksInTheOrderOfAws) {
  const std::string json = R"({"AccessKeyId":"CONTAINER","SecretAccessKey":"s"})";
  const std::string xml =
      "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>WEB</AccessKeyId>"
      "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-11-22T17:30:00Z</Expiration>"
      "</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>";
  ScriptedSurroundings around;
  around.variables = {{"AWS_ACCESS_KEY_ID", "ENVIRONMENT"},
                      {"AWS_SECRET_ACCESS_KEY", "s"},
                      {"AWS_WEB_IDENTITY_TOKEN_FILE", "/jwt"},
                      {"AWS_ROLE_ARN", "r"},
                      {"HOME", "/h"},
                      {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/c"}};
  around.files = {{"/jwt", "t"},
                  {"/h/.aws/credentials", "[default]\naws_access_key_id=FILE\naws_secret_access_key=s\n"}};
  around.answers = {{"POST https://sts.amazonaws.com/", {200, xml}}, {"GET http://169.254.170.2/c", {200, json}}};
  const auto chosen = [&] {
    return id_of(default_credential_chain(around.environment(), around.reader(), around.sender())->get());
  };
  EXPECT_EQ(chosen(), "ENVIRONMENT");
  around.variables.erase("AWS_ACCESS_KEY_ID");
  around.variables.erase("AWS_SECRET_ACCESS_KEY");
  EXPECT_EQ(chosen(), "WEB");
  around.variables.erase("AWS_WEB_IDENTITY_TOKEN_FILE");
  EXPECT_EQ(chosen(), "FILE");
  around.files.clear();
  EXPECT_EQ(chosen(), "CONTAINER");
}

}  // namespace
}  // namespace vdp::aws
