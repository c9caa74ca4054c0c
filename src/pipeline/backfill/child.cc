// The file of a child, all numbers little-endian:
//
//   0   "VDPCHLD" and a byte 0x1a
//   8   u32 version of this format, 1
//   12  u64 length of the header
//   20  u64 length of the fork
//   28  SHA-256 of the bytes 0 to 27, the header and the fork, as 64 lower-case hexadecimal digits
//   92  header, a JSON object: {"plan", "partition", "attributes": [OBJECT, ...], "granules": [{"index", "kind", ...}]}
//   ..  the file of the fork (icechunk/repo/fork_file.cc)
//
// A granule that was placed has "box": [begin, end), "record", "attributes": the position of its group's attributes in
// the list of the different ones, and "values": name -> base64 of the elements, or a list of texts.
#include "pipeline/backfill/child.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/base64.h"
#include "base/sha256.h"
#include "pipeline/backfill/document.h"

namespace vdp::backfill {
namespace {

constexpr std::string_view magic = "VDPCHLD\x1a";
constexpr std::uint32_t format_version = 1;
constexpr std::size_t hashed_prefix_size = 28;
constexpr std::size_t hash_size = 64;
constexpr std::size_t prefix_size = hashed_prefix_size + hash_size;

constexpr std::array kinds = {Outcome::Kind::written, Outcome::Kind::replaced, Outcome::Kind::unchanged,
                              Outcome::Kind::rejected};

template <typename Number>
void put_number(Bytes& bytes, Number value) {
  for (std::size_t i = 0; i < sizeof(Number); ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

template <typename Number>
Number number_at(ByteView bytes, std::size_t at) {
  Number value = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i) value |= static_cast<Number>(Number{bytes[at + i]} << (8 * i));
  return value;
}

std::string hash_of(ByteView prefix, ByteView payload) {
  Sha256 hash;
  hash.update(prefix);
  hash.update(payload);
  return hash.finish_hex();
}

Json values_json(const std::map<std::string, NativeValues>& values) {
  Json json = Json::object();
  for (const auto& [name, elements] : values) {
    if (const auto* texts = std::get_if<std::vector<std::string>>(&elements)) {
      json[name] = *texts;
    } else {
      json[name] = base64_encode(std::get<Bytes>(elements));
    }
  }
  return json;
}

Result<NativeValues> parse_values(const Json& value) {
  if (value.is_string()) {
    VDP_ASSIGN(NativeValues elements, base64_decode(value.get_ref<const std::string&>()));
    return elements;
  }
  if (!value.is_array()) return invalid("found neither elements nor texts");
  std::vector<std::string> texts;
  for (const Json& text : value) {
    if (!text.is_string()) return invalid("found a list of other things than texts");
    texts.push_back(text.get<std::string>());
  }
  return NativeValues(std::move(texts));
}

/// Most files of an archive have the same attributes: each different object is written once.
class AttributeTable {
 public:
  std::size_t add(const Json& attributes) {
    const auto [known, is_new] = positions_.try_emplace(attributes.dump(), list_.size());
    if (is_new) list_.push_back(attributes);
    return known->second;
  }
  Json take() { return std::move(list_); }

 private:
  std::map<std::string, std::size_t> positions_;
  Json list_ = Json::array();
};

Json granule_json(const ChildGranule& granule, AttributeTable& attributes) {
  Json json = {{"index", granule.index}, {"kind", to_string(granule.kind)}};
  if (!granule.reason.empty()) json["reason"] = granule.reason;
  if (!granule.notes.empty()) json["notes"] = granule.notes;
  if (!granule.is_placed()) return json;
  json["refs"] = granule.refs;
  json["box"] = {granule.box.begin, granule.box.end};
  json["record"] = granule.record;
  json["attributes"] = attributes.add(granule.attributes);
  if (!granule.values.empty()) json["values"] = values_json(granule.values);
  return json;
}

Status parse_placed(const Json& json, const Document& document, const Json& attributes, ChildGranule& granule) {
  VDP_ASSIGN(granule.refs, document.count("refs"));
  VDP_ASSIGN(const Json* box, document.array("box"));
  const bool is_box = box->size() == 2 && (*box)[0].is_number_unsigned() && (*box)[1].is_number_unsigned();
  if (is_box) granule.box = {(*box)[0].get<std::uint64_t>(), (*box)[1].get<std::uint64_t>()};
  if (!is_box || granule.box.begin >= granule.box.end) return invalid("box: found no range of slots");
  VDP_ASSIGN(granule.record, document.text("record"));
  VDP_ASSIGN(const std::uint64_t position, document.count("attributes"));
  if (position >= attributes.size() || !attributes[position].is_object()) {
    return invalid(fmt::format("attributes: found {}, there are {}", position, attributes.size()));
  }
  granule.attributes = attributes[position];
  if (!json.contains("values")) return {};
  VDP_ASSIGN(const Json* values, document.object("values"));
  for (const auto& [name, value] : values->items()) {
    VDP_ASSIGN_IN("values of " + name, granule.values[name], parse_values(value));
  }
  return {};
}

Result<ChildGranule> parse_granule(const Json& json, const Json& attributes) {
  VDP_ASSIGN(const auto document, Document::of(json));
  ChildGranule granule;
  VDP_ASSIGN(granule.index, document.count("index"));
  VDP_ASSIGN(const std::string kind, document.text("kind"));
  const auto found = std::ranges::find(kinds, kind, [](Outcome::Kind each) { return to_string(each); });
  if (found == kinds.end()) return invalid(fmt::format("kind: found \"{}\"", kind));
  granule.kind = *found;
  VDP_ASSIGN(const auto reason, document.optional_text("reason"));
  granule.reason = reason.value_or("");
  if (json.contains("notes")) {
    VDP_ASSIGN(const Json* notes, document.array("notes"));
    for (const Json& note : *notes) {
      if (note.is_string()) granule.notes.push_back(note.get<std::string>());
    }
  }
  if (granule.is_placed()) VDP_TRY(parse_placed(json, document, attributes, granule));
  return granule;
}

Result<Child> parse_header(const Json& header, icechunk::Fork fork) {
  VDP_ASSIGN(const auto document, Document::of(header));
  Child child{{}, 0, {}, std::move(fork)};
  VDP_ASSIGN(child.plan, document.text("plan"));
  VDP_ASSIGN(child.partition, document.count("partition"));
  VDP_ASSIGN(const Json* attributes, document.array("attributes"));
  VDP_ASSIGN(const Json* granules, document.array("granules"));
  for (const Json& each : *granules) {
    VDP_ASSIGN_IN(fmt::format("granule {}", child.granules.size()), child.granules.emplace_back(),
                  parse_granule(each, *attributes));
  }
  return child;
}

}  // namespace

std::uint64_t Child::rejected() const {
  return static_cast<std::uint64_t>(std::ranges::count(granules, Outcome::Kind::rejected, &ChildGranule::kind));
}

Bytes encode_child(const Child& child) {
  AttributeTable attributes;
  Json granules = Json::array();
  for (const ChildGranule& granule : child.granules) granules.push_back(granule_json(granule, attributes));
  const Json header = {{"plan", child.plan},
                       {"partition", child.partition},
                       {"attributes", attributes.take()},
                       {"granules", std::move(granules)}};
  Bytes payload = to_bytes(header.dump(-1, ' ', false, Json::error_handler_t::replace));
  const std::size_t header_size = payload.size();
  const Bytes fork = child.changes.encode();
  payload.insert(payload.end(), fork.begin(), fork.end());

  Bytes file = to_bytes(magic);
  put_number(file, format_version);
  put_number(file, static_cast<std::uint64_t>(header_size));
  put_number(file, static_cast<std::uint64_t>(fork.size()));
  const std::string hash = hash_of(file, payload);
  file.insert(file.end(), hash.begin(), hash.end());
  file.insert(file.end(), payload.begin(), payload.end());
  return file;
}

Result<Child> decode_child(ByteView file) {
  if (file.size() < prefix_size || as_text(file.first(magic.size())) != magic) {
    return corrupt(fmt::format("{} bytes that are no child of a backfill", file.size()));
  }
  const auto version = number_at<std::uint32_t>(file, magic.size());
  if (version != format_version) {
    return unsupported(fmt::format("a child of version {}, expected {}", version, format_version));
  }
  const auto header_size = number_at<std::uint64_t>(file, magic.size() + 4);
  const auto fork_size = number_at<std::uint64_t>(file, magic.size() + 12);
  const ByteView payload = file.subspan(prefix_size);
  if (header_size > payload.size() || fork_size != payload.size() - header_size) {
    return corrupt(fmt::format("{} bytes, its lengths say {} and {} behind the first {}", file.size(), header_size,
                               fork_size, prefix_size));
  }
  if (as_text(file.subspan(hashed_prefix_size, hash_size)) != hash_of(file.first(hashed_prefix_size), payload)) {
    return corrupt("its hash does not fit its bytes");
  }
  VDP_ASSIGN_IN("fork", auto fork, icechunk::Fork::decode(payload.subspan(header_size)));
  VDP_ASSIGN_IN("header", const Json header, parse_json(as_text(payload.first(header_size))));
  auto child = parse_header(header, std::move(fork));
  if (!child) return corrupt(within("header", std::move(child).error()).text());
  return child;
}

}  // namespace vdp::backfill
