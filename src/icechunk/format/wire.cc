#include "icechunk/format/wire.h"

#include "base/checked.h"
#include "icechunk/format/utf8.h"

namespace vdp::icechunk {

Status WireReader::take(std::uint64_t count, std::uint64_t element_bytes) {
  const auto bytes = checked_multiply(count, element_bytes);
  if (!bytes || *bytes > budget_bytes_) {
    return over_limit(fmt::format("{} elements more than it can hold: its parts overlap", count));
  }
  budget_bytes_ -= *bytes;
  return {};
}

Result<TimestampUs> WireReader::timestamp(std::uint64_t wire_us, std::string_view field) const {
  constexpr std::uint64_t end_us = 253'402'300'800'000'000;  // 10000-01-01
  if (wire_us < end_us) return static_cast<TimestampUs>(wire_us);
  return corrupt(fmt::format("{}: found {} microseconds since 1970, expected less than {}", field, wire_us, end_us));
}

Result<std::string> WireReader::text(const flatbuffers::String* text, std::string_view field) {
  if (text == nullptr) return std::string();
  VDP_TRY(take(text->size(), 1));
  std::string copy = text->str();
  if (!is_utf8(copy)) return corrupt(fmt::format("{}: the text is not UTF-8", field));
  return copy;
}

Result<std::optional<std::string>> WireReader::optional_text(const flatbuffers::String* wire_text,
                                                             std::string_view field) {
  if (wire_text == nullptr) return std::optional<std::string>();
  VDP_ASSIGN(std::string copy, text(wire_text, field));
  return std::optional<std::string>(std::move(copy));
}

Result<Bytes> WireReader::bytes(const WireBytes& bytes) {
  VDP_TRY(take(bytes.size(), 1));
  return Bytes(bytes.begin(), bytes.end());
}

Result<std::optional<Bytes>> WireReader::optional_bytes(const WireBytes* wire_bytes) {
  if (wire_bytes == nullptr) return std::optional<Bytes>();
  VDP_ASSIGN(Bytes copy, bytes(*wire_bytes));
  return std::optional<Bytes>(std::move(copy));
}

Result<std::vector<StoredMetadataItem>> WireReader::metadata(const WireItems* items) {
  std::vector<StoredMetadataItem> copy;
  if (items == nullptr) return copy;
  VDP_TRY(take(items->size(), sizeof(StoredMetadataItem)));
  for (const auto* item : *items) {
    VDP_ASSIGN(std::string name, text(item->name(), "metadata name"));
    VDP_ASSIGN(Bytes value, bytes(*item->value()));
    copy.push_back({std::move(name), std::move(value)});
  }
  return copy;
}

flatbuffers::Offset<WireItems> write_metadata(flatbuffers::FlatBufferBuilder& builder,
                                              const std::vector<StoredMetadataItem>& items) {
  std::vector<flatbuffers::Offset<wire::MetadataItem>> offsets;
  for (const auto& item : items) {
    const auto name = builder.CreateString(item.name);
    const auto value = builder.CreateVector(item.value);
    offsets.push_back(wire::CreateMetadataItem(builder, name, value));
  }
  return builder.CreateVector(offsets);
}

flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> write_optional_bytes(flatbuffers::FlatBufferBuilder& builder,
                                                                            const std::optional<Bytes>& bytes) {
  return bytes ? builder.CreateVector(*bytes) : 0;
}

flatbuffers::Offset<flatbuffers::String> write_optional_text(flatbuffers::FlatBufferBuilder& builder,
                                                             const std::optional<std::string>& text) {
  return text ? builder.CreateString(*text) : 0;
}

}  // namespace vdp::icechunk
