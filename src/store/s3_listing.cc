#include "store/s3_listing.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <pugixml.hpp>
#include <sstream>

#include "base/timestamp.h"
#include "net/percent_encoding.h"

namespace vdp {
namespace {

constexpr unsigned parse_options = pugi::parse_minimal | pugi::parse_escapes;

Result<pugi::xml_document> parse_document(ByteView body) {
  pugi::xml_document document;
  const auto parsed = document.load_buffer(body.data(), body.size(), parse_options);
  if (!parsed) return corrupt(fmt::format("XML, byte {}: {}", parsed.offset, parsed.description()));
  return document;
}

/// encoding-type=url writes a blank as '+', as forms do.
Result<std::string> decode_key(std::string encoded) {
  std::ranges::replace(encoded, '+', ' ');
  return decode_path(encoded);
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<ObjectInfo> parse_object(const pugi::xml_node& contents, bool is_encoded) {
  ObjectInfo object;
  object.key = contents.child_value("Key");
  if (is_encoded) {
    VDP_ASSIGN_IN("Key", object.key, decode_key(std::move(object.key)));
  }
  const auto size = number(contents.child_value("Size"));
  const auto modified = parse_timestamp(contents.child_value("LastModified"));
  if (object.key.empty() || !size || !modified) {
    return corrupt(fmt::format("listing: an entry with Key \"{}\", Size \"{}\", LastModified \"{}\"", object.key,
                               contents.child_value("Size"), contents.child_value("LastModified")));
  }
  object.size = *size;
  object.last_modified_us = *modified;
  object.etag = contents.child_value("ETag");
  return object;
}

}  // namespace

Result<S3ListPage> parse_s3_list_page(ByteView body) {
  VDP_ASSIGN_IN("listing", const pugi::xml_document document, parse_document(body));
  const pugi::xml_node root = document.child("ListBucketResult");
  if (!root) return corrupt("listing: no element ListBucketResult");
  S3ListPage page;
  const bool is_encoded = std::string_view(root.child_value("EncodingType")) == "url";
  for (const pugi::xml_node& contents : root.children("Contents")) {
    VDP_ASSIGN(ObjectInfo object, parse_object(contents, is_encoded));
    page.objects.push_back(std::move(object));
  }
  if (std::string_view(root.child_value("IsTruncated")) == "true") {
    page.continuation_token = root.child_value("NextContinuationToken");
    if (page.continuation_token.empty()) return corrupt("listing: cut off, and without a NextContinuationToken");
  }
  return page;
}

std::string s3_delete_request(std::span<const std::string> keys) {
  pugi::xml_document document;
  pugi::xml_node root = document.append_child("Delete");
  root.append_attribute("xmlns") = "http://s3.amazonaws.com/doc/2006-03-01/";
  root.append_child("Quiet").text() = "true";
  for (const std::string& key : keys) root.append_child("Object").append_child("Key").text() = key.c_str();
  std::ostringstream text;
  document.save(text, "", pugi::format_raw | pugi::format_no_declaration);
  return text.str();
}

bool is_xml_text(std::string_view key) {
  return std::ranges::none_of(key, [](unsigned char c) { return c < 0x20 && c != '\t' && c != '\n'; });
}

Result<std::optional<std::string>> parse_s3_delete_answer(ByteView body) {
  VDP_ASSIGN_IN("deletion", const pugi::xml_document document, parse_document(body));
  const pugi::xml_node root = document.child("DeleteResult");
  if (!root) return corrupt("deletion: no element DeleteResult");
  for (const pugi::xml_node& error : root.children("Error")) {
    const std::string code = error.child_value("Code");
    if (code == "NoSuchKey") continue;  // it is gone, as was asked for
    return fmt::format("{}: {}: {}", error.child_value("Key"), code, error.child_value("Message"));
  }
  return std::nullopt;
}

}  // namespace vdp
