#include "dataset/words.h"

#include <algorithm>

namespace vdp::dataset {
namespace {

constexpr WordStatus planned = WordStatus::planned;
constexpr WordStatus ready = WordStatus::implemented;
using Type = WordType;

std::vector<Choice> all_ready(std::initializer_list<std::string_view> values) {
  std::vector<Choice> choices;
  for (std::string_view value : values) choices.push_back({value, ready});
  return choices;
}

std::vector<Choice> with_planned(std::vector<Choice> choices, std::initializer_list<std::string_view> values) {
  for (std::string_view value : values) choices.push_back({value, planned});
  return choices;
}

void add_identity(std::vector<Word>& words) {
  words.insert(
      words.end(),
      {
          {"dataset", "name", Type::text, "the folder's name", "Names the dataset in reports."},
          {"dataset", "title", Type::text, "", "One line for people."},
          {"dataset", "license", Type::text, "", "Under which terms the data may be used."},
          {"dataset", "citation", Type::text, "", "How to cite the data."},
          {"dataset", "group", Type::text, "/", "The group of the store that the dataset is written to."},
          {"params", "*", Type::table, "",
           "A value for `{NAME}` in any text of the file: a text, or a table with `default` and `choices` (see below). "
           "`-D NAME=VALUE` sets it."},
          {"store", "url", Type::text, "./store",
           "Where the Icechunk repository is: a path, or a URL (`s3://bucket/folder/`, `file://`)."},
          {"store", "region", Type::text, "AWS_REGION, the shared config, us-east-1", "The region of an S3 bucket."},
          {"store", "endpoint_url", Type::text, "AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, Amazon's",
           "Where S3 is: scheme, host and port, as `http://localhost:9000`. S3 stores are written with the keys of the "
           "environment, the shared files, the container or the instance."},
          {"store", "path_style", Type::boolean, "true with an endpoint",
           "Whether the bucket is in the path of requests (`http://host/bucket/key`), not in the host."},
          {"store", "branch", Type::text, "main", "The branch that is written to."},
          {"store", "create", Type::boolean, "true", "Whether a repository that is not there may be made."},
      });
}

void add_source(std::vector<Word>& words) {
  words.insert(
      words.end(),
      {
          {"source", "prefix", Type::text, "required",
           "The URL (`s3://bucket/folder/`, `https://host/folder/`, `file://`) or folder that all granules lie under. "
           "Symbolic links in a folder are followed. The store's virtual chunk container is made of it."},
          {"source", "access", Type::text, "by scheme: local files and http anonymous, s3 iam",
           "How to read it. s3: `anonymous`, `iam` (the keys of the environment, the shared files, the container or "
           "the "
           "instance), `earthdata` (temporary keys from `credentials_url`). http: `anonymous`, `http-basic` (user and "
           "password of the netrc file), `bearer` (the token of `VDP_BEARER_TOKEN`), `earthdata` (the token of "
           "`EARTHDATA_TOKEN`).",
           ready, all_ready({"anonymous", "iam", "earthdata", "http-basic", "bearer"})},
          {"source", "credentials_url", Type::text, "required with earthdata on s3",
           "Where NASA gives temporary keys: `https://.../s3credentials`. Asked with the token of `EARTHDATA_TOKEN`, "
           "or "
           "as the netrc file says for `urs.earthdata.nasa.gov`."},
          {"source", "region", Type::text, "AWS_REGION, the shared config, us-east-1", "The region of an S3 bucket."},
          {"source", "endpoint_url", Type::text, "AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, Amazon's",
           "Where S3 is: scheme, host and port."},
          {"source", "path_style", Type::boolean, "true with an endpoint",
           "Whether the bucket is in the path of requests, not in the host."},
          {"source", "requester_pays", Type::boolean, "false", "Whether the reader of a bucket pays for the requests."},
          {"source", "user_agent", Type::text, "vdp and its version",
           "How requests over s3 and http introduce themselves."},
          {"source", "max_rps", Type::integer, "unbounded", "The most requests a second, over s3 and http."},
          {"source", "pattern", Type::text, "*",
           "The form of the keys under the prefix (see below). With `*` the axis must come from the files."},
          {"source", "discover", Type::text, "list", "How granules are found.", ready,
           with_planned(all_ready({"list"}), {"enumerate", "inventory", "cmr", "thredds", "stac", "sns"})},
          {"source", "poll", Type::duration, "", "How often to look for new granules.", planned},
          {"source", "overlap", Type::duration, "", "How far a look reaches back before the last one.", planned},
          {"source", "lookback", Type::duration, "", "How far back to look at all.", planned},
          {"source", "min_age", Type::duration, "0s", "Files that changed less than this ago are left for later."},
          {"source", "exclude", Type::text_list, "none",
           "Granules to leave out: conditions over fields (`start == end`, `state != 'final'`), or patterns of keys "
           "(`*_test.nc`)."},
          {"source", "identity", Type::text_list, "all fields", "The fields of the pattern that tell granules apart."},
          {"source", "prefer", Type::text_list, "newest modified",
           "Which granule wins where several match one slot: `field=value`, the best first."},
          {"source", "cmr_concept", Type::text, "", "The collection in NASA's CMR.", planned},
          {"source", "catalog", Type::text, "", "The URL of a THREDDS or STAC catalogue.", planned},
          {"source", "sns_topic", Type::text, "", "The SNS topic that tells of new objects.", planned},
      });
}

void add_parse(std::vector<Word>& words) {
  words.insert(
      words.end(),
      {
          {"parse", "format", Type::text, "auto", "The format of the files.", ready,
           with_planned(all_ready({"auto", "hdf5", "netcdf3"}),
                        {"grib2", "tiff", "kerchunk", "zarr", "dmrpp", "fits"})},
          {"parse", "group", Type::text, "/", "The group of the files that is read."},
          {"parse", "flatten", Type::text_list, "none", "Groups whose variables join those of the group.", planned},
          {"parse", "select", Type::text_list, "all", "Only these variables, and the axes'."},
          {"parse", "drop", Type::text_list, "none", "Variables to leave out."},
          {"parse", "rename", Type::table, "none", "Old name = new name, of variables and dimensions."},
          {"parse", "promote", Type::table, "none",
           "Variable = its dimensions in the store: those that it does not have in the files come first, with length "
           "1."},
          {"parse", "subchunk", Type::table, "none",
           "Variable = \"dimension:length\": smaller chunks by reference, of so many steps along the dimension and of "
           "one along those before it. For variables that are stored in one piece and without filters, as in netCDF-3 "
           "files; the length must divide the dimension's."},
          {"parse", "stack", Type::table, "none", "Variables that become one along a new dimension.", planned},
      });
}

void add_axis(std::vector<Word>& words) {
  words.insert(
      words.end(),
      {
          {"axis.*", "kind", Type::text, "grow",
           "`regular`: equal steps from a start, in any order of arrival. `grow`: the values of the files, which must "
           "increase. "
           "One `[axis.NAME]` is needed; taking the one unlimited dimension of the files by itself is planned.",
           ready, with_planned(all_ready({"regular", "grow"}), {"schedule", "explicit"})},
          {"axis.*", "start", Type::time, "", "The first slot of a regular axis, in its calendar."},
          {"axis.*", "end", Type::time, "none: the axis grows", "The first point after a regular axis."},
          {"axis.*", "step", Type::duration, "", "From one slot of a regular axis to the next."},
          {"axis.*", "cycles", Type::text_list, "", "The times of day of a schedule.", planned},
          {"axis.*", "values", Type::text, "", "The values of an explicit axis.", planned},
          {"axis.*", "length", Type::text, "", "Whether a granule must have all values of an axis.", planned},
          {"axis.*", "from", Type::text, "pattern if it has the axis, else value",
           "Where the position of a granule comes from: its key, its coordinate, or an attribute of its group. If the "
           "key and the "
           "coordinate are there, they must agree.",
           ready, all_ready({"pattern", "value", "attr:"})},
          {"axis.*", "agree_with", Type::text, "value", "What the position is compared with.", planned},
          {"axis.*", "tolerance", Type::duration, "1s", "How far the key and the coordinate may lie apart."},
          {"axis.*", "units", Type::text, "the first file's if absolute, else seconds since 1970-01-01",
           "The units of the coordinate in the store."},
          {"axis.*", "calendar", Type::text, "the first file's", "The CF calendar of the coordinate in the store."},
          {"axis.*", "dtype", Type::text, "float64 if the first file's values are floats, else int64",
           "The type of the coordinate in the store.", ready, all_ready({"int64", "float64"})},
          {"axis.*", "chunk", Type::integer, "4096", "Values in a chunk of the coordinate."},
      });
}

void add_contents(std::vector<Word>& words) {
  const auto rules = all_ready({"drop", "const", "error", "first", "last", "min", "max", "join"});
  words.insert(
      words.end(),
      {
          {"coords", "native", Type::text_list, "one-dimensional coordinates",
           "Variables that are copied into the store."},
          {"coords", "static", Type::text_list, "every variable without the axis",
           "Variables that must be the same in every file, and are written once."},
          {"coords", "flags", Type::table, "none", "Further coordinates, from conditions or values.", planned},
          {"attrs", "default", Type::text, "drop",
           "What becomes of a group attribute that differs between files: it goes (`drop`), the file is rejected "
           "(`error`, "
           "`const`), one of the values stays (`first`, `last`, `min`, `max`), or all of them (`join`).",
           ready, rules},
          {"attrs", "drop", Type::text_list, "none", "Attributes that are left out in any case."},
          {"attrs", "const", Type::text_list, "none", "Attributes that must not differ."},
          {"attrs", "min", Type::text_list, "none", "Attributes of which the smallest stays."},
          {"attrs", "max", Type::text_list, "none", "Attributes of which the largest stays."},
          {"attrs", "first", Type::text_list, "none", "Attributes of which the first stays."},
          {"attrs", "last", Type::text_list, "none", "Attributes of which the last stays."},
          {"attrs", "join", Type::text_list, "none", "Attributes whose different texts are joined."},
          {"attrs", "set", Type::table, "none", "Attributes with values of your own."},
          {"checks", "packing", Type::text, "strict",
           "A file whose packing, fill value or units differ: `strict` rejects it.", ready,
           with_planned(all_ready({"strict"}), {"era", "exclude", "materialise"})},
          {"checks", "chunks", Type::text, "strict", "A file whose chunks or codecs differ: `strict` rejects it.",
           ready, with_planned(all_ready({"strict"}), {"era", "exclude", "materialise"})},
          {"checks", "missing_variable", Type::text, "reject",
           "A file that lacks a variable that the store has along the axis: it is rejected, or its slots hold fill and "
           "their "
           "records name what is absent (`fill`). Coordinates and variables without the axis cannot be missing.",
           ready, all_ready({"reject", "fill"})},
          {"checks", "range", Type::table, "none", "Variable = [least, largest]: plausible values.", planned},
          {"checks", "messages", Type::text, "exact", "Whether every message of a file must become a reference.",
           planned},
      });
}

void add_work(std::vector<Word>& words) {
  words.insert(
      words.end(),
      {
          {"forward", "late", Type::text, "region on regular axes, reject on grow",
           "A granule before the end of the axis: it is written to its slot (`region`), or rejected. On a growing axis "
           "it "
           "can be put in its place, so that what follows moves up (`insert`; no data is moved), or be kept aside in "
           "the "
           "store until it is folded in (`ledger`).",
           ready, with_planned(all_ready({"region", "reject", "insert", "ledger"}), {"reserve"})},
          {"forward", "gap", Type::text, "reserve on regular axes, allow on grow",
           "A granule behind a hole: the hole stays as fill (`reserve`), the granule waits in the queue until it is "
           "filled (`refuse`), or there is none to see (`allow`).",
           ready, all_ready({"reserve", "allow", "refuse"})},
          {"forward", "max_reserve", Type::integer, "1000000",
           "The most empty slots that one granule may leave behind it on a regular axis without an end."},
          {"forward", "resort", Type::duration, "",
           "The longest that a granule waits in the ledger: the next batch folds it in. Without it `vdp resort` does."},
          {"forward", "max_fold", Type::integer, "500", "The most granules of the ledger that one commit folds in."},
          {"forward", "same", Type::text, "rewrite", "A new version of a granule that is in the store.", ready,
           all_ready({"rewrite", "skip"})},
          {"forward", "other", Type::text, "reject",
           "Another granule for a slot that is taken: `replace` follows `prefer`.", ready,
           all_ready({"reject", "replace"})},
          {"forward", "deleted", Type::text, "report",
           "A file that an event says was deleted, and that the source has no more: it is told of, and its references "
           "stay "
           "(`report`), or its slots become empty again (`retract`).",
           ready, all_ready({"report", "retract"})},
          {"forward", "stage_branch", Type::boolean, "false", "Write to a branch of its own, verify, then promote.",
           planned},
          {"forward", "batch", Type::integer, "100", "The most granules of one commit."},
          {"forward", "window", Type::duration, "0s", "How long to wait for a batch to fill."},
          {"backfill", "seed", Type::text, "the first file", "The granule that the store is made from.", planned},
          {"backfill", "partition", Type::integer, "1000", "Granules of one backfill commit, at most."},
          {"backfill", "batch", Type::integer, "10", "Granules of one piece of work."},
          {"backfill", "concurrency", Type::integer, "the cores", "Workers at once."},
          {"backfill", "tolerate", Type::integer, "0", "Rejected granules that do not stop a backfill."},
          {"manifest", "split", Type::table, "about 200000 references",
           "Axis = chunks along it in one manifest. Saved in the store, so that other writers keep it."},
          {"manifest", "preload", Type::text_list, "", "Manifests that readers load at once.", planned},
          {"gc", "every", Type::duration, "", "How often to clean up.", planned},
          {"gc", "expire", Type::duration, "30d",
           "`vdp gc`: snapshots older than this leave the history, and what nothing refers to any more is deleted once "
           "it is older than this."},
          {"gc", "keep_tags", Type::boolean, "true",
           "`vdp gc`: whether tags on old snapshots stay, and their snapshots with them."},
          {"verify", "samples", Type::integer, "8",
           "Chunks that `vdp verify` compares with their files, beside those of the first and the last slot; 0 for "
           "none."},
          {"verify", "completeness", Type::text, "list",
           "What tells `vdp verify` which granules there are: the listing of the source (`list`).", ready,
           with_planned(all_ready({"list"}), {"inventory", "cmr", "thredds", "stac"})},
          {"alarm", "email", Type::text, "", "Who is told.", planned},
          {"alarm", "stale_after", Type::duration, "", "When nothing new is alarming.", planned},
          {"alarm", "dlq", Type::integer, "", "How many dead letters are alarming.", planned},
          {"era", "*", Type::table, "", "Groups for times in which the files differ (`[[era]]`).", planned},
          {"group", "*", Type::table, "", "Several groups in one store (`[[group]]`).", planned},
      });
}

std::vector<Word> make_words() {
  std::vector<Word> words;
  add_identity(words);
  add_source(words);
  add_parse(words);
  add_axis(words);
  add_contents(words);
  add_work(words);
  return words;
}

}  // namespace

std::span<const Word> words() {
  static const std::vector<Word> table = make_words();
  return table;
}

std::vector<std::string> sections() {
  std::vector<std::string> names;
  for (const Word& word : words()) {
    if (names.empty() || names.back() != word.section) names.emplace_back(word.section);
  }
  return names;
}

const Word* find_word(std::string_view section, std::string_view key) {
  const std::string_view wanted = section.starts_with("axis.") ? "axis.*" : section;
  const auto all = words();
  const auto found = std::ranges::find_if(
      all, [&](const Word& word) { return word.section == wanted && (word.key == key || word.key == "*"); });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace vdp::dataset
