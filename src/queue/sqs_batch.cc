#include "queue/sqs_batch.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "base/json_field.h"
#include "net/aws/json_error.h"
#include "queue/sqs_api.h"

namespace vdp {
namespace {

constexpr std::size_t max_chunk_bytes = 256 << 10;
/// Id, braces and commas of an entry.
constexpr std::size_t entry_overhead_bytes = 32;

std::optional<std::size_t> place_of(const Json& entry, std::size_t count) {
  if (!entry.is_object()) return std::nullopt;
  const std::string id = text_field(entry, "Id");
  std::size_t place = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), place);
  if (error != std::errc() || end != id.data() + id.size() || place >= count) return std::nullopt;
  return place;
}

Error failure_of(const Json& entry) {
  const std::string code = aws::plain_error_code(text_field(entry, "Code"));
  const bool is_senders = is_set(entry, "SenderFault");
  ErrorKind kind = aws::error_kind(is_senders ? 400 : 500, code);
  // What SQS says of a receipt that is not good any more, or of a message that is not hidden; other values are ours.
  if (code == "InvalidParameterValue") kind = ErrorKind::not_found;
  return {kind, fmt::format("SQS refuses it ({})", code.empty() ? "no code" : code), {}};
}

const Json& list_of(const Json& answer, const char* field) {
  static const Json none = Json::array();
  const auto found = answer.find(field);
  return found != answer.end() && found->is_array() ? *found : none;
}

}  // namespace

std::vector<std::vector<std::size_t>> sqs_chunks(std::span<const Json> entries, std::span<const std::size_t> indexes) {
  std::vector<std::vector<std::size_t>> chunks;
  std::size_t chunk_bytes = 0;
  for (const std::size_t i : indexes) {
    const std::size_t bytes = to_line(entries[i]).size() + entry_overhead_bytes;
    if (chunks.empty() || chunks.back().size() == max_sqs_batch || chunk_bytes + bytes > max_chunk_bytes) {
      chunks.emplace_back();
      chunk_bytes = 0;
    }
    chunks.back().push_back(i);
    chunk_bytes += bytes;
  }
  return chunks;
}

std::string sqs_batch_body(const std::string& queue_url, std::span<const Json> entries,
                           std::span<const std::size_t> chunk) {
  Json list = Json::array();
  for (std::size_t place = 0; place < chunk.size(); ++place) {
    Json entry = entries[chunk[place]];
    entry["Id"] = std::to_string(place);
    list.push_back(std::move(entry));
  }
  return to_line({{"QueueUrl", queue_url}, {"Entries", std::move(list)}});
}

void read_sqs_batch(const Json& answer, std::span<const std::size_t> chunk, std::vector<Result<Json>>& results) {
  for (const std::size_t i : chunk) results[i] = fail(ErrorKind::transient, "the answer does not speak of it");
  for (const Json& entry : list_of(answer, "Failed")) {
    if (const auto place = place_of(entry, chunk.size())) results[chunk[*place]] = std::unexpected(failure_of(entry));
  }
  for (const Json& entry : list_of(answer, "Successful")) {
    if (const auto place = place_of(entry, chunk.size())) results[chunk[*place]] = entry;
  }
}

}  // namespace vdp
