// The XML of S3's listings and batch deletions, read and written.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/object_store.h"

namespace vdp {

/// One page of ListObjectsV2 (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html), asked for with
/// encoding-type=url.
struct S3ListPage {
  std::vector<ObjectInfo> objects;  ///< keys whole and decoded
  std::string continuation_token;   ///< of the next page; empty: this is the last
};
/// `corrupt` for what is no such page: an object without key or size, a page cut off that has no token.
Result<S3ListPage> parse_s3_list_page(ByteView body);

/// The body of DeleteObjects (at most 1,000 keys); only failures are answered.
std::string s3_delete_request(std::span<const std::string> keys);
/// Whether XML can hold the key: it has no control characters but tab and line feed.
bool is_xml_text(std::string_view key);
/// The first failure in the answer to DeleteObjects, as "KEY: CODE: MESSAGE"; nothing where all keys are gone.
Result<std::optional<std::string>> parse_s3_delete_answer(ByteView body);

}  // namespace vdp
