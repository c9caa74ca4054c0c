// Documents that stages hand to one another: JSON objects whose members are checked as they are taken.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "icechunk/format/ids.h"

namespace vdp::backfill {

/// Of all documents and artifacts. Another one is not understood.
inline constexpr std::uint64_t document_version = 1;

/// A view of an object. Members that nobody asks for may be anything. All errors are `invalid` and name the member,
/// what was found and what was expected.
class Document {
 public:
  /// `version` is 1, or is not there where `version_required` is false.
  static Result<Document> of(const Json& value, bool version_required = false);

  Result<std::string> text(std::string_view name) const;
  Result<std::uint64_t> count(std::string_view name) const;
  /// Nothing where the member is not there, or null.
  Result<std::optional<std::string>> optional_text(std::string_view name) const;
  Result<std::optional<std::uint64_t>> optional_count(std::string_view name) const;
  /// False where the member is not there.
  Result<bool> flag(std::string_view name) const;
  Result<icechunk::SnapshotId> snapshot(std::string_view name) const;
  /// Of the type that is expected.
  Result<const Json*> object(std::string_view name) const;
  Result<const Json*> array(std::string_view name) const;

 private:
  explicit Document(const Json& value) : value_(&value) {}
  const Json* find(std::string_view name) const;
  Failure unfit(std::string_view name, std::string_view expected) const;

  const Json* value_;
};

}  // namespace vdp::backfill
