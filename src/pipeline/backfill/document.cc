#include "pipeline/backfill/document.h"

#include <fmt/format.h>

namespace vdp::backfill {
namespace {

/// What a message shows of a value.
std::string shown(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 80);
}

}  // namespace

Result<Document> Document::of(const Json& value, bool version_required) {
  if (!value.is_object()) return invalid(fmt::format("found {}, expected an object", value.type_name()));
  const Document document(value);
  VDP_ASSIGN(const auto version, document.optional_count("version"));
  if (!version && !version_required) return document;
  if (version == document_version) return document;
  return invalid(
      fmt::format("version: found {}, expected {}", version ? shown(value.at("version")) : "none", document_version));
}

const Json* Document::find(std::string_view name) const {
  const auto found = value_->find(std::string(name));
  return found == value_->end() || found->is_null() ? nullptr : &*found;
}

Failure Document::unfit(std::string_view name, std::string_view expected) const {
  const Json* found = find(name);
  return invalid(
      fmt::format("{}: found {}, expected {}", name, found == nullptr ? "nothing" : shown(*found), expected));
}

Result<std::string> Document::text(std::string_view name) const {
  const Json* found = find(name);
  if (found == nullptr || !found->is_string()) return unfit(name, "a text");
  return found->get<std::string>();
}

Result<std::uint64_t> Document::count(std::string_view name) const {
  const Json* found = find(name);
  if (found == nullptr || !found->is_number_integer() || *found < 0) return unfit(name, "a whole number from 0 on");
  return found->get<std::uint64_t>();
}

Result<std::optional<std::string>> Document::optional_text(std::string_view name) const {
  if (find(name) == nullptr) return std::nullopt;
  return text(name);
}

Result<std::optional<std::uint64_t>> Document::optional_count(std::string_view name) const {
  if (find(name) == nullptr) return std::nullopt;
  return count(name);
}

Result<bool> Document::flag(std::string_view name) const {
  const Json* found = find(name);
  if (found == nullptr) return false;
  if (!found->is_boolean()) return unfit(name, "true or false");
  return found->get<bool>();
}

Result<icechunk::SnapshotId> Document::snapshot(std::string_view name) const {
  VDP_ASSIGN(const std::string id, text(name));
  auto parsed = icechunk::SnapshotId::parse(id);
  if (!parsed) return unfit(name, "the id of a snapshot");
  return *parsed;
}

Result<const Json*> Document::object(std::string_view name) const {
  const Json* found = find(name);
  if (found == nullptr || !found->is_object()) return unfit(name, "an object");
  return found;
}

Result<const Json*> Document::array(std::string_view name) const {
  const Json* found = find(name);
  if (found == nullptr || !found->is_array()) return unfit(name, "an array");
  return found;
}

}  // namespace vdp::backfill
