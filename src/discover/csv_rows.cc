#include "discover/csv_rows.h"

#include <fmt/format.h>

namespace vdp {
namespace {

class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ == text_.size(); }
  std::size_t line() const { return line_; }

  Result<std::vector<std::string>> next_row() {
    std::vector<std::string> fields;
    while (true) {
      VDP_ASSIGN(fields.emplace_back(), at('"') ? quoted() : Result<std::string>(plain()));
      if (at(',')) {
        ++at_;
        continue;
      }
      if (at('\r')) ++at_;
      if (at_end()) break;
      if (!at('\n')) return fail_here("text behind a closing quote");
      ++at_;
      break;
    }
    ++line_;
    return fields;
  }

 private:
  bool at(char c) const { return at_ < text_.size() && text_[at_] == c; }

  Failure fail_here(std::string_view what) const { return corrupt(fmt::format("line {}: {}", line_, what)); }

  std::string plain() {
    const std::size_t end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
    std::string field(text_.substr(at_, end - at_));
    at_ = end;
    return field;
  }

  Result<std::string> quoted() {
    std::string field;
    ++at_;
    while (true) {
      const std::size_t quote = text_.find('"', at_);
      if (quote == std::string_view::npos) return fail_here("a quote that is not closed");
      field += text_.substr(at_, quote - at_);
      at_ = quote + 1;
      if (!at('"')) return field;
      field += '"';  // two quotes within quotes are one
      ++at_;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

Status for_each_csv_row(std::string_view text, const std::function<Status(const std::vector<std::string>&)>& visit) {
  CsvReader reader(text);
  while (!reader.at_end()) {
    const std::size_t line = reader.line();
    VDP_ASSIGN(const auto fields, reader.next_row());
    if (fields.size() == 1 && fields[0].empty()) continue;
    if (auto visited = visit(fields); !visited) {
      return std::unexpected(within(fmt::format("line {}", line), std::move(visited).error()));
    }
  }
  return {};
}

}  // namespace vdp
