// The parts of the dataset file that are little more than their words.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "dataset/locations.h"
#include "dataset/readers.h"
#include "dataset/section.h"

namespace vdp::dataset {

void read_identity(const toml::table& document, DatasetFile& file, Findings& findings) {
  Section section = Section::of(document, "dataset", findings);
  const std::string folder_name = std::filesystem::path(file.folder).parent_path().filename().string();
  file.identity.name = section.text("name").value_or(folder_name);
  if (file.identity.name.empty()) section.invalid("name", "found an empty text, expected a name");
  file.identity.title = section.text("title").value_or("");
  file.identity.license = section.text("license").value_or("");
  file.identity.citation = section.text("citation").value_or("");
  section.take("group", absolute_group(section.text("group").value_or("/")), file.identity.group);
}

void read_store(const toml::table& document, DatasetFile& file, Findings& findings) {
  Section section = Section::of(document, "store", findings);
  section.take("url", absolute_url(section.text("url").value_or("./store"), file.folder), file.store.url);
  if (file.store.url.starts_with("http://") || file.store.url.starts_with("https://")) {
    section.invalid("url", "a repository cannot be written over http; expected a path, file:// or s3://");
  }
  // Official readers cannot make one there: its keys would differ.
  const bool is_bucket =
      file.store.url.starts_with("s3://") && file.store.url.find('/', 5) + 1 == file.store.url.size();
  if (is_bucket) section.invalid("url", "found a bucket alone, expected a folder in it: s3://bucket/folder/");
  read_store_access(document, file, findings);
  file.store.branch = section.text("branch").value_or("main");
  if (file.store.branch.empty()) section.invalid("branch", "found an empty text, expected a branch");
  file.store.create = section.boolean("create").value_or(true);
}

/// "depth:1"
Result<Subchunk> parse_subchunk(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  Subchunk subchunk;
  if (colon != std::string::npos && colon != 0) {
    subchunk.dimension = text.substr(0, colon);
    const char* const end = text.data() + text.size();
    const auto number = std::from_chars(text.data() + colon + 1, end, subchunk.edge);
    if (number.ec == std::errc() && number.ptr == end && subchunk.edge > 0) return subchunk;
  }
  return invalid(fmt::format("found '{}', expected \"dimension:length\", as in \"depth:1\"", text));
}

void read_parse(const toml::table& document, DatasetFile& file, Findings& findings) {
  Section section = Section::of(document, "parse", findings);
  ParseSpec& parse = file.parse;
  parse.format = section.text("format").value_or("auto");
  section.take("group", absolute_group(section.text("group").value_or("/")), parse.group);
  parse.select = section.texts("select").value_or(std::vector<std::string>());
  parse.drop = section.texts("drop").value_or(std::vector<std::string>());
  parse.rename = section.text_table("rename");
  parse.promote = section.texts_table("promote");
  for (const auto& [variable, text] : section.text_table("subchunk")) {
    section.take("subchunk", parse_subchunk(text), parse.subchunk[variable]);
  }
  for (const std::string& name : parse.select) {
    if (std::ranges::find(parse.drop, name) != parse.drop.end()) {
      section.invalid("drop", fmt::format("'{}' is also selected", name));
    }
  }
  for (const auto& [name, dims] : parse.promote) {
    const bool has_wildcard = name == "*" || std::ranges::find(dims, "...") != dims.end();
    if (has_wildcard) {
      findings.not_implemented("parse.promote", section.line("promote"), "\"*\" and \"...\" in promote");
    }
  }
}

void read_coords(const toml::table& document, DatasetFile& file, Findings& findings) {
  Section section = Section::of(document, "coords", findings);
  file.coords.native = section.texts("native");
  file.coords.static_names = section.texts("static");
}

void read_checks(const toml::table& document, DatasetFile& file, Findings& findings) {
  Section section = Section::of(document, "checks", findings);
  if (section.text("missing_variable") == "fill") file.checks.missing_variable = MissingVariablePolicy::fill;
}

void read_forward(const toml::table& document, DatasetFile& file, Findings& findings) {
  Section section = Section::of(document, "forward", findings);
  ForwardSpec& forward = file.forward;
  const auto late = section.text("late");
  if (late == "region") forward.late = LatePolicy::region;
  if (late == "reject") forward.late = LatePolicy::reject;
  if (late == "insert") forward.late = LatePolicy::insert;
  if (late == "ledger") forward.late = LatePolicy::ledger;
  const auto gap = section.text("gap");
  if (gap == "reserve") forward.gap = GapPolicy::reserve;
  if (gap == "allow") forward.gap = GapPolicy::allow;
  if (gap == "refuse") forward.gap = GapPolicy::refuse;
  if (section.text("same") == "skip") forward.same = SamePolicy::skip;
  if (section.text("other") == "replace") forward.other = OtherPolicy::replace;
  if (section.text("deleted") == "retract") forward.deleted = DeletedPolicy::retract;
  if (const auto most = section.count("max_reserve", 0)) forward.max_reserve = *most;
  forward.resort = section.duration("resort");
  if (const auto most = section.count("max_fold")) forward.max_fold = *most;
  if (const auto batch = section.count("batch")) forward.batch = *batch;
  if (const auto window = section.duration("window")) forward.window = *window;
  const bool grows = file.axes.empty() || file.axes.front().kind == AxisKind::grow;
  if (grows && forward.late == LatePolicy::region) {
    section.invalid("late", "a growing axis has no slots before its end; expected reject, insert or ledger");
  }
  const bool is_regular = !file.axes.empty() && file.axes.front().kind == AxisKind::regular;
  if (is_regular && (forward.late == LatePolicy::insert || forward.late == LatePolicy::ledger)) {
    section.invalid("late", "a regular axis has its slots already; expected region or reject");
  }
  if (forward.late != LatePolicy::ledger && forward.resort) {
    section.invalid("resort", "there is a ledger with late = \"ledger\" only");
  }
  if (grows && (forward.gap == GapPolicy::reserve || forward.gap == GapPolicy::refuse)) {
    section.invalid("gap", "a growing axis has no holes to see; expected allow");
  }
}

void read_backfill(const toml::table& document, DatasetFile& file, Findings& findings) {
  Section section = Section::of(document, "backfill", findings);
  BackfillSpec& backfill = file.backfill;
  if (const auto partition = section.count("partition")) backfill.partition = *partition;
  if (const auto batch = section.count("batch")) backfill.batch = *batch;
  if (const auto workers = section.count("concurrency")) backfill.concurrency = *workers;
  if (const auto most = section.count("tolerate", 0)) backfill.tolerate = *most;
}

void read_verify(const toml::table& document, DatasetFile& file, Findings& findings) {
  Section section = Section::of(document, "verify", findings);
  if (const auto samples = section.count("samples", 0)) file.verify.samples = *samples;
}

void read_gc(const toml::table& document, DatasetFile& file, Findings& findings) {
  Section section = Section::of(document, "gc", findings);
  if (const auto expire = section.duration("expire")) file.gc.expire = *expire;
  file.gc.keep_tags = section.boolean("keep_tags").value_or(true);
}

void read_manifest(const toml::table& document, DatasetFile& file, Findings& findings) {
  Section section = Section::of(document, "manifest", findings);
  file.manifest_split = section.count_table("split");
}

}  // namespace vdp::dataset
