#include "pipeline/verify/finding.h"

#include <fmt/format.h>

#include "base/json.h"

namespace vdp {
namespace {

void put_text(Json& json, const char* key, const std::string& text) {
  if (!text.empty()) json[key] = text;
}

}  // namespace

std::string_view to_string(VerifyFinding::Kind kind) {
  switch (kind) {
    case VerifyFinding::Kind::length:
      return "length";
    case VerifyFinding::Kind::axis_value:
      return "axis_value";
    case VerifyFinding::Kind::record:
      return "record";
    case VerifyFinding::Kind::no_record:
      return "no_record";
    case VerifyFinding::Kind::foreign_ref:
      return "foreign_ref";
    case VerifyFinding::Kind::outside_container:
      return "outside_container";
    case VerifyFinding::Kind::ref_version:
      return "ref_version";
    case VerifyFinding::Kind::ref_range:
      return "ref_range";
    case VerifyFinding::Kind::no_refs:
      return "no_refs";
    case VerifyFinding::Kind::source_missing:
      return "source_missing";
    case VerifyFinding::Kind::source_changed:
      return "source_changed";
    case VerifyFinding::Kind::unreadable:
      return "unreadable";
    case VerifyFinding::Kind::mismatch:
      return "mismatch";
    case VerifyFinding::Kind::value:
      return "value";
    case VerifyFinding::Kind::missing:
      return "missing";
  }
  return "unknown";
}

Json to_json(const VerifyFinding& finding) {
  Json json = {{"kind", to_string(finding.kind)}};
  if (finding.slots.size() != 0) json["slots"] = {finding.slots.begin, finding.slots.end - 1};
  put_text(json, "uri", finding.uri);
  put_text(json, "variable", finding.variable);
  put_text(json, "found", finding.found);
  put_text(json, "expected", finding.expected);
  json["count"] = finding.count;
  return json;
}

std::string describe(const VerifyFinding& finding) {
  std::string place;
  const auto add = [&](const std::string& part) { place += (place.empty() ? "" : ", ") + part; };
  if (!finding.variable.empty()) add(finding.variable);
  if (finding.slots.size() != 0) add(describe_slots(finding.slots));
  if (!finding.uri.empty()) add(finding.uri);
  std::string text = fmt::format("{}: {}", to_string(finding.kind), place);
  if (!finding.found.empty()) text += fmt::format(": found {}", finding.found);
  if (!finding.expected.empty()) text += fmt::format(", expected {}", finding.expected);
  if (finding.count > 1) text += fmt::format(" ({} in all)", finding.count);
  return text;
}

}  // namespace vdp
