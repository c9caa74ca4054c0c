#include "icechunk/format/config_yaml.h"

#include <fmt/format.h>
#include <yaml.h>

#include <charconv>
#include <limits>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "icechunk/format/utf8.h"

namespace vdp::icechunk {
namespace {

constexpr std::size_t max_bytes = 1 << 20;
constexpr std::size_t max_depth = 64;

/// libyaml's parser and the event it gave last, both freed here.
class YamlEvents {
 public:
  explicit YamlEvents(ByteView text) {
    usable_ = yaml_parser_initialize(&parser_) != 0;
    if (!usable_) return;
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  YamlEvents(const YamlEvents&) = delete;
  YamlEvents& operator=(const YamlEvents&) = delete;
  ~YamlEvents() {
    yaml_event_delete(&event_);
    if (usable_) yaml_parser_delete(&parser_);
  }

  /// Valid until the next call.
  Result<const yaml_event_t*> next() {
    yaml_event_delete(&event_);
    if (!usable_) return fail(ErrorKind::limit, "no memory for the YAML parser");
    if (yaml_parser_parse(&parser_, &event_) == 0) {
      return corrupt(fmt::format("line {}: {}", parser_.problem_mark.line + 1,
                                 parser_.problem != nullptr ? parser_.problem : "not YAML"));
    }
    return &event_;
  }

 private:
  bool usable_ = false;
  yaml_parser_t parser_{};
  yaml_event_t event_{};
};

std::string_view text_of(const yaml_char_t* text) {
  return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

/// The number that all of `text` is, or nothing.
template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Json resolve_float(std::string_view text) {
  if (text == ".nan" || text == ".NaN" || text == ".NAN") return std::numeric_limits<double>::quiet_NaN();
  const bool negative = text.starts_with('-');
  const std::string_view unsigned_text = negative || text.starts_with('+') ? text.substr(1) : text;
  if (unsigned_text == ".inf" || unsigned_text == ".Inf" || unsigned_text == ".INF") {
    return negative ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  }
  // from_chars would take "inf", "nan" and "infinity" as well.
  if (unsigned_text.empty() || unsigned_text.find_first_not_of("0123456789.eE+-") != std::string_view::npos) {
    return text;
  }
  const auto number = parse_number<double>(unsigned_text);
  if (!number) return text;
  return negative ? -*number : *number;
}

/// What a plain scalar stands for by the core schema of YAML 1.2.
Json resolve_plain(std::string_view text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return nullptr;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (const auto number = parse_number<std::uint64_t>(text.starts_with('+') ? text.substr(1) : text)) return *number;
  if (const auto number = parse_number<std::int64_t>(text)) return *number;
  return resolve_float(text);
}

/// "!s3" names a variant; "!" and the tags of YAML itself ("tag:yaml.org,2002:str") say only how a scalar reads.
std::string_view variant_of(std::string_view tag) {
  return tag.size() > 1 && tag.starts_with('!') ? tag.substr(1) : std::string_view();
}

/// Puts events together, with a stack of its own.
class DocumentBuilder {
 public:
  Status add(const yaml_event_t& event) {
    switch (event.type) {
      case YAML_SCALAR_EVENT:
        VDP_TRY(check_anchor(event.data.scalar.anchor));
        return add_scalar(event);
      case YAML_SEQUENCE_START_EVENT:
        VDP_TRY(check_anchor(event.data.sequence_start.anchor));
        return open(Json::array(), text_of(event.data.sequence_start.tag));
      case YAML_MAPPING_START_EVENT:
        VDP_TRY(check_anchor(event.data.mapping_start.anchor));
        return open(Json::object(), text_of(event.data.mapping_start.tag));
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        return close();
      case YAML_ALIAS_EVENT:
        return corrupt("found an alias, expected none");
      case YAML_DOCUMENT_START_EVENT:
        if (documents_++ > 0) return corrupt("found a second document, expected one");
        return {};
      default:
        return {};
    }
  }

  Json take() { return std::move(document_); }

 private:
  struct Open {
    Json value;
    std::string variant;             ///< a tag's, or empty
    std::optional<std::string> key;  ///< of a map: waits for its value
    std::set<std::string> keys;      ///< of a map, all of them: JSON looks a key up by going through them
  };

  static Status check_anchor(const yaml_char_t* anchor) {
    if (anchor == nullptr) return {};
    return corrupt("found an anchor, expected none");
  }

  bool expects_key() const { return !open_.empty() && open_.back().value.is_object() && !open_.back().key; }

  Status add_scalar(const yaml_event_t& event) {
    const auto& scalar = event.data.scalar;
    std::string text(reinterpret_cast<const char*>(scalar.value), scalar.length);
    if (!is_utf8(text)) return corrupt("text is not UTF-8");
    if (expects_key()) {
      if (!open_.back().keys.insert(text).second) return corrupt(fmt::format("the key \"{}\" stands twice", text));
      open_.back().key = std::move(text);
      return {};
    }
    const std::string_view tag = text_of(scalar.tag);
    const bool is_plain = scalar.style == YAML_PLAIN_SCALAR_STYLE && (tag.empty() || !variant_of(tag).empty());
    Json value = is_plain ? resolve_plain(text) : Json(std::move(text));
    return put(std::move(value), variant_of(tag));
  }

  Status open(Json empty, std::string_view tag) {
    if (expects_key()) return corrupt("found a list or a map as a key, expected text");
    if (open_.size() == max_depth) return over_limit(fmt::format("nested deeper than {}", max_depth));
    open_.push_back({std::move(empty), std::string(variant_of(tag)), std::nullopt, {}});
    return {};
  }

  Status close() {
    Open closed = std::move(open_.back());
    open_.pop_back();
    return put(std::move(closed.value), closed.variant);
  }

  Status put(Json value, std::string_view variant) {
    if (!variant.empty()) value = Json::object({{std::string(variant), std::move(value)}});
    if (open_.empty()) {
      document_ = std::move(value);
    } else if (open_.back().value.is_array()) {
      open_.back().value.push_back(std::move(value));
    } else {
      open_.back().value.get_ref<Json::object_t&>().push_back({std::move(*open_.back().key), std::move(value)});
      open_.back().key.reset();
    }
    return {};
  }

  std::vector<Open> open_;
  Json document_;
  int documents_ = 0;
};

}  // namespace

Result<Json> decode_config_yaml(ByteView object) {
  if (object.size() > max_bytes) {
    return over_limit(fmt::format("found {} bytes of configuration, allowed are {}", object.size(), max_bytes));
  }
  YamlEvents events(object);
  DocumentBuilder builder;
  while (true) {
    VDP_ASSIGN(const yaml_event_t* event, events.next());
    if (event->type == YAML_STREAM_END_EVENT) return builder.take();
    VDP_TRY(builder.add(*event));
  }
}

}  // namespace vdp::icechunk
