#include "queue/events/decode_message.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "base/json.h"
#include "queue/events/fuzz_body.h"
#include "queue/granule_message.h"
#include "store/url.h"

namespace vdp {
namespace {

using Kind = FileEvent::Kind;

Json s3_record(const std::string& encoded_key, const std::string& name = "ObjectCreated:Put") {
  return {{"eventVersion", "2.1"},
          {"eventSource", "aws:s3"},
          {"awsRegion", "us-west-2"},
          {"eventTime", "2026-11-23T01:02:03.456Z"},
          {"eventName", name},
          {"s3",
           {{"s3SchemaVersion", "1.0"},
            {"bucket", {{"name", "archive"}, {"arn", "arn:aws:s3:::archive"}}},
            {"object",
             {{"key", encoded_key}, {"size", 17}, {"eTag", "d41d8cd9"}, {"versionId", "v1"}, {"sequencer", "0A"}}}}}};
}

Json notification(const Json& record) { return {{"Records", Json::array({record})}}; }

Json envelope(const std::string& message) {
  return {
      {"Type", "Notification"}, {"MessageId", "1"}, {"TopicArn", "arn:aws:sns:us-west-2:1:t"}, {"Message", message}};
}

Json bridged(const std::string& key, const std::string& type) {
  return {{"version", "0"},
          {"source", "aws.s3"},
          {"detail-type", type},
          {"time", "2026-11-23T01:02:03Z"},
          {"detail",
           {{"version", "0"},
            {"bucket", {{"name", "archive"}}},
            {"object", {{"key", key}, {"size", 17}, {"etag", "d41d8cd9"}, {"version-id", "v1"}}}}}};
}

DecodedMessage decode(const std::string& body) {
  auto decoded = decode_message(body);
  EXPECT_TRUE(decoded) << body << ": " << decoded.error().text();
  return decoded.value_or(DecodedMessage{});
}

FileEvent only_event(const std::string& body) {
  const auto decoded = decode(body);
  EXPECT_EQ(decoded.events.size(), 1U) << body;
  return decoded.events.size() == 1 ? decoded.events.front() : FileEvent{};
}

std::string error_of(const std::string& body) {
  const auto decoded = decode_message(body);
  EXPECT_FALSE(decoded) << body;
  if (decoded) return {};
  EXPECT_EQ(decoded.error().kind, ErrorKind::invalid);
  return decoded.error().text();
}

TEST(DecodeMessage, OurOwn) {
  const Granule granule{"file:///a/b%20c.nc", "b c.nc", 17, "\"etag\"", 1'700'000'000'123'456};
  const FileEvent event = only_event(encode_granule(granule));
  EXPECT_EQ(event, (FileEvent{Kind::created, granule.uri, "b c.nc", 17, "\"etag\"", "", 1'700'000'000'123'456, 0}));
}

TEST(DecodeMessage, Uris) {
  const FileEvent bare{Kind::created, "s3://archive/a%20b.nc", "", 0, "", "", 0, 0};
  EXPECT_EQ(only_event("s3://archive/a%20b.nc"), bare);
  EXPECT_EQ(only_event(" \"s3://archive/a%20b.nc\"\n"), bare);
  EXPECT_EQ(only_event(R"({"uri": "s3://archive/a%20b.nc"})"), bare);
  EXPECT_EQ(only_event("https://host/a.nc").uri, "https://host/a.nc");
  const FileEvent known = only_event(R"({"uri": "s3://archive/a", "etag": "x", "size": 3, "version": "v"})");
  EXPECT_EQ(known, (FileEvent{Kind::created, "s3://archive/a", "", 3, "\"x\"", "v", 0, 0}));
}

TEST(DecodeMessage, PlainMessagesMaySayThatAFileIsGone) {
  EXPECT_EQ(only_event(R"({"uri": "file:///a", "event": "removed"})").kind, Kind::removed);
  EXPECT_EQ(only_event(R"({"bucket": "b", "key": "k", "event": "removed"})").kind, Kind::removed);
  EXPECT_EQ(only_event(R"({"uri": "file:///a", "event": "created"})").kind, Kind::created);
}

TEST(DecodeMessage, BucketAndKey) {
  EXPECT_EQ(only_event(R"({"bucket": "archive", "key": "a b+c%20.nc"})").uri, "s3://archive/a%20b+c%2520.nc");
}

TEST(DecodeMessage, S3Notification) {
  const FileEvent event = only_event(notification(s3_record("dir/a%2Bb+%C3%A9.nc")).dump());
  EXPECT_EQ(event.uri, "s3://archive/dir/a+b%20%C3%A9.nc");
  EXPECT_EQ(event.kind, Kind::created);
  EXPECT_EQ(event.key, "");
  EXPECT_EQ(event.size, 17U);
  EXPECT_EQ(event.etag, "\"d41d8cd9\"");
  EXPECT_EQ(event.version_id, "v1");
  EXPECT_EQ(format_timestamp(event.time_us), "2026-11-23T01:02:03.456000Z");
}

TEST(DecodeMessage, S3RecordsOfEveryName) {
  const Json records = {s3_record("a"),
                        s3_record("b", "s3:ObjectCreated:CompleteMultipartUpload"),
                        s3_record("c", "ObjectRemoved:Delete"),
                        s3_record("d", "ObjectRemoved:DeleteMarkerCreated"),
                        s3_record("e", "LifecycleExpiration:Delete"),
                        s3_record("f", "ObjectTagging:Put"),
                        s3_record("g", "s3:ObjectAccessed:Get"),
                        s3_record("a")};
  const auto decoded = decode(Json{{"Records", records}}.dump());
  std::string told;
  for (const FileEvent& event : decoded.events) {
    told += fmt::format("{}{} ", event.kind == Kind::created ? '+' : '-', event.uri.substr(13));
  }
  EXPECT_EQ(told, "+a +b -c -d -e ");
  EXPECT_EQ(decoded.notes.size(), 1U);
}

TEST(DecodeMessage, ServersThatSpeakS3) {
  Json record = s3_record("dir%2Fa+b.nc", "s3:ObjectCreated:Put");
  record["eventSource"] = "minio:s3";
  record["eventVersion"] = "2.0";
  record["s3"]["object"].erase("versionId");
  const Json body = {{"EventName", "s3:ObjectCreated:Put"}, {"Key", "archive/dir/a b.nc"}, {"Records", {record}}};
  EXPECT_EQ(only_event(body.dump()).uri, "s3://archive/dir/a%20b.nc");
}

TEST(DecodeMessage, RemovalsTellNoSize) {
  Json record = s3_record("a", "ObjectRemoved:Delete");
  record["s3"]["object"] = {{"key", "a"}, {"versionId", nullptr}, {"sequencer", "0B"}};
  EXPECT_EQ(only_event(notification(record).dump()).kind, Kind::removed);
}

TEST(DecodeMessage, TestEventsAreNothingToDo) {
  const auto decoded = decode(R"({"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"archive"})");
  EXPECT_TRUE(decoded.events.empty());
  EXPECT_EQ(decoded.notes.size(), 1U);
}

TEST(DecodeMessage, EventBridge) {
  const FileEvent event = only_event(bridged("a b+%20.nc", "Object Created").dump());
  EXPECT_EQ(event.uri, "s3://archive/a%20b+%2520.nc");  // the key is not encoded
  EXPECT_EQ(event.etag, "\"d41d8cd9\"");
  EXPECT_EQ(event.version_id, "v1");
  EXPECT_EQ(only_event(bridged("a", "Object Deleted").dump()).kind, Kind::removed);
  EXPECT_TRUE(decode(bridged("a", "Object Tags Added").dump()).events.empty());
}

TEST(DecodeMessage, EnvelopesOfSns) {
  for (const std::string& body : {notification(s3_record("k")).dump(), bridged("k", "Object Created").dump(),
                                  std::string("s3://archive/k"), std::string(R"({"uri":"s3://archive/k"})")}) {
    EXPECT_EQ(only_event(envelope(body).dump()).uri, "s3://archive/k");
    EXPECT_EQ(only_event(envelope(envelope(body).dump()).dump()).uri, "s3://archive/k");
  }
  std::string deep = "s3://archive/k";
  for (int i = 0; i < 4; ++i) deep = envelope(deep).dump();
  EXPECT_NE(error_of(deep).find("more than 3 envelopes"), std::string::npos);
  EXPECT_NE(error_of(R"({"Type":"SubscriptionConfirmation","Token":"secret"})").find("SubscriptionConfirmation"),
            std::string::npos);
}

/// What is wrong, and what the error must say; the body's texts hold "hidden", which no error may.
TEST(DecodeMessage, ErrorsNameWhatIsWrongAndRepeatNothing) {
  const auto broken = [](const char* pointer, const Json& value) {
    Json record = s3_record("hidden.nc");
    record[Json::json_pointer(pointer)] = value;
    return notification(record).dump();
  };
  const std::pair<std::string, const char*> cases[] = {
      {"", "empty"},
      {"hidden", "no absolute URI"},
      {"{\"hidden", "no JSON"},
      {"[\"hidden\"]", "found array, expected an object"},
      {R"({"hidden": 1})", "an object of 1 fields of no known shape"},
      {R"({"uri": "s3://b/hidden", "Records": []})", "an S3 notification and a URI in one"},
      {R"({"uri": ["hidden"]})", "'uri' is array, expected a text"},
      {R"({"uri": "s3://hidden:hidden@b/k"})", "user-info"},
      {R"({"uri": "https://h/k?signature=hidden"})", "user-info"},
      {R"({"uri": "s3://hidden@b/k", "key": "k"})", "user-info"},
      {R"({"uri": "s3://b/hidden", "size": "hidden"})", "'size' is string, expected a whole number"},
      {R"({"uri": "s3://b/hidden", "size": -1})", "'size'"},
      {R"({"bucket": "hidden/..", "key": "k"})", "the bucket's name"},
      {R"({"uri": "s3://b/k", "event": "hidden"})", "'event' is of another kind"},
      {R"({"bucket": "b"})", "'key' is missing"},
      {R"({"Event": "hidden"})", "'Event'"},
      {R"({"Type": "hidden"})", "'Type'"},
      {R"({"Type": "Notification", "Message": {"hidden": 1}})", "'Message' is object, expected a text"},
      {R"({"detail-type": "Object Created", "source": "hidden"})", "'source' is another service"},
      {R"({"detail-type": "Object Created", "source": "aws.s3"})", "'detail' is missing"},
      {R"({"Records": []})", "'Records' is empty"},
      {R"({"Records": "hidden"})", "'Records' is string"},
      {R"({"Records": ["hidden"]})", "'Records[0]' is string"},
      {broken("/eventSource", "aws:hidden"), "'Records[0].eventSource' is another service"},
      {broken("/eventVersion", "3.hidden"), "'Records[0].eventVersion' is another version"},
      {broken("/eventName", 1), "'Records[0].eventName' is number"},
      {broken("/eventTime", "hidden"), "'Records[0].eventTime' is no time"},
      {broken("/s3", "hidden"), "'Records[0].s3' is string, expected an object"},
      {broken("/s3/bucket/name", ""), "'Records[0].s3.bucket.name' is an empty text"},
      {broken("/s3/object/key", "hidden%zz"), "'%' without two hexadecimal digits"},
      {broken("/s3/object/key", "hidden%ff"), "no UTF-8"},
      {broken("/s3/object/key", "hidden%00"), "no UTF-8"},
      {broken("/s3/object/key", std::string(1025, 'k')), "a key of 1025 bytes"},
      {broken("/s3/object/size", 1.5), "'Records[0].s3.object.size' is number"},
  };
  for (const auto& [body, expected] : cases) {
    const std::string error = error_of(body);
    EXPECT_NE(error.find(expected), std::string::npos) << body << "\n" << error;
    EXPECT_EQ(error.find("hidden"), std::string::npos) << error;
  }
}

TEST(DecodeMessage, HasBounds) {
  EXPECT_NE(error_of(std::string((1 << 20) + 1, ' ')).find("1048577 bytes"), std::string::npos);
  Json records = Json::array();
  for (int i = 0; i < 1001; ++i) records.push_back(s3_record(fmt::format("k{}", i)));
  EXPECT_NE(error_of(Json{{"Records", records}}.dump()).find("1001 records, expected up to 1000"), std::string::npos);
  records.erase(1000);
  EXPECT_EQ(decode(Json{{"Records", records}}.dump()).events.size(), 1000U);
}

/// As AWS encodes keys (spaces as '+', '/' left), as others do ('/' too), and as strictly as can be.
std::string encode_form(const std::string& key, std::mt19937& random) {
  std::string encoded;
  for (const char c : key) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '_';
    if (plain || (c == '/' && random() % 2 == 0)) {
      encoded += c;
    } else if (c == ' ' && random() % 2 == 0) {
      encoded += '+';
    } else {
      encoded += fmt::format(fmt::runtime(random() % 2 == 0 ? "%{:02X}" : "%{:02x}"), static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

TEST(DecodeMessage, KeysOfAllKinds) {
  std::mt19937 random(20261123);
  const std::vector<std::string> pieces = {" ", "+", "%",  "%20", "//", "..", "/../", "/./", "é",  "日本", "🛰", "a",
                                           "B", "&", "=",  "?",   "#",  "\"", "'",    "\\",  "\t", "\n",   ";", ":",
                                           "~", "*", "./", "@",   "<",  "|",  "{x}",  "0",   "-",  ".nc"};
  for (int round = 0; round < 3000; ++round) {
    std::string key;
    for (unsigned i = 0; i <= random() % 12; ++i) key += pieces[random() % pieces.size()];
    const std::string expected = "s3://archive/" + encode_path(key);
    EXPECT_EQ(only_event(notification(s3_record(encode_form(key, random))).dump()).uri, expected) << key;
    EXPECT_EQ(only_event(bridged(key, "Object Created").dump()).uri, expected) << key;
    EXPECT_EQ(only_event(Json{{"bucket", "archive"}, {"key", key}}.dump()).uri, expected) << key;
    EXPECT_EQ(only_event(expected).uri, expected) << key;
    EXPECT_EQ(decode_path(expected.substr(13)).value(), key);
  }
}

TEST(HostileMessages, TruncationsAndFlippedBytes) {
  std::mt19937 random(7);
  for (const std::string& body :
       {envelope(notification(s3_record("a+b%20c")).dump()).dump(), bridged("k", "Object Created").dump(),
        std::string(R"({"uri":"s3://b/k","key":"k","last_modified":"2026-01-01T00:00:00Z"})"),
        std::string("https://host/a%20b.nc")}) {
    for (std::size_t size = 0; size < body.size(); ++size) decode_arbitrary(as_bytes(body.substr(0, size)));
    for (int round = 0; round < 2000; ++round) {
      std::string changed = body;
      for (unsigned i = 0; i <= random() % 3; ++i) changed[random() % changed.size()] = static_cast<char>(random());
      decode_arbitrary(as_bytes(changed));
    }
  }
  decode_arbitrary(as_bytes(std::string(1 << 20, '[')));
  decode_arbitrary(as_bytes(R"({"Records":[)" + std::string(1 << 19, '[')));
}

}  // namespace
}  // namespace vdp
