// The dataset file: everything that a dataset is, read from TOML, checked and made absolute.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "dataset/attribute_policy.h"
#include "dataset/axis.h"
#include "dataset/condition.h"
#include "dataset/pattern.h"
#include "store/access.h"

namespace vdp::dataset {

struct IdentitySpec {
  std::string name;  ///< default: the folder's name
  std::string title, license, citation;
  std::string group = "/";  ///< absolute path in the store, no '/' at the end but the root's
};

struct StoreSpec {
  std::string url;     ///< absolute, ends in '/': "file:///data/name/store/", "s3://...", "memory://..."
  StoreAccess access;  ///< as the file says; what it leaves open is for the store to find
  std::string branch = "main";
  bool create = true;
};

/// A preference among granules that match one slot: the one whose field has this value wins.
struct Preference {
  std::string field;
  std::string value;
};

struct SourceSpec {
  std::string prefix;  ///< absolute URL, ends in '/', encoded as the URLs of its objects are
  StoreAccess access;
  Pattern pattern;  ///< of keys under the prefix, in the declared calendar (else standard: compile again
                    ///< with the seed's where that differs)
  std::vector<Condition> exclude_conditions;  ///< a granule for which one holds is left out
  std::vector<Pattern> exclude_keys;          ///< a granule whose key matches one is left out
  Duration min_age{0};                        ///< younger files are left for later
  std::vector<std::string> identity;          ///< fields that make two files the same granule; default: all
  std::vector<Preference> prefer;             ///< earlier is better; then the newest modified wins
};

/// Chunks of so many steps along a dimension.
struct Subchunk {
  std::string dimension;
  std::uint64_t edge = 1;
};

struct ParseSpec {
  std::string format = "auto";
  std::string group = "/";          ///< in the source file
  std::vector<std::string> select;  ///< only these variables (and the axes'); empty: all
  std::vector<std::string> drop;
  std::map<std::string, std::string> rename;                ///< old name -> new name, variables and dimensions
  std::map<std::string, std::vector<std::string>> promote;  ///< variable -> its dimensions in the store
  std::map<std::string, Subchunk> subchunk;                 ///< by variable
};

struct CoordsSpec {
  std::optional<std::vector<std::string>> native;        ///< unset: one-dimensional coordinates
  std::optional<std::vector<std::string>> static_names;  ///< unset: every variable without the append axis
};

enum class LatePolicy { by_kind, region, reject, insert, ledger };
enum class GapPolicy { by_kind, reserve, allow, refuse };
enum class SamePolicy { rewrite, skip };
enum class OtherPolicy { reject, replace };
enum class DeletedPolicy { report, retract };
enum class MissingVariablePolicy { reject, fill };

struct ChecksSpec {
  MissingVariablePolicy missing_variable = MissingVariablePolicy::reject;
};

struct ForwardSpec {
  LatePolicy late = LatePolicy::by_kind;  ///< by_kind: region on regular axes, reject on grow
  GapPolicy gap = GapPolicy::by_kind;     ///< by_kind: reserve on regular axes, allow on grow
  SamePolicy same = SamePolicy::rewrite;
  OtherPolicy other = OtherPolicy::reject;
  DeletedPolicy deleted = DeletedPolicy::report;
  std::uint64_t max_reserve = 1'000'000;  ///< empty slots that one granule may leave on a regular axis without an end
  std::optional<Duration> resort;  ///< of a ledger: how long a granule waits in it at most; unset: for `vdp resort`
  std::uint64_t max_fold = 500;    ///< granules that are folded in by one commit
  std::uint64_t batch = 100;       ///< granules a commit
  Duration window{0};              ///< how long to wait for a batch to fill
};

struct BackfillSpec {
  std::uint64_t partition = 1000;  ///< granules a commit, at most
  std::uint64_t batch = 10;        ///< granules that a worker takes at once
  std::uint64_t concurrency = 0;   ///< workers at once; 0: one per core
  std::uint64_t tolerate = 0;      ///< rejected granules that do not stop a backfill
};

struct VerifySpec {
  std::uint64_t samples = 8;  ///< chunks that are compared with their files; 0: none
};

struct GcSpec {
  Duration expire{std::chrono::hours(30 * 24)};  ///< older snapshots leave the history
  bool keep_tags = true;                         ///< tags on old snapshots stay
};

struct DatasetFile {
  std::string path;                           ///< of the file itself, absolute
  std::string folder;                         ///< absolute, ends in '/'
  std::map<std::string, std::string> params;  ///< with derived values
  IdentitySpec identity;
  StoreSpec store;
  SourceSpec source;
  ParseSpec parse;
  std::vector<AxisSpec> axes;  ///< at most one for now
  CoordsSpec coords;
  AttributePolicy attributes;
  ChecksSpec checks;
  ForwardSpec forward;
  BackfillSpec backfill;
  VerifySpec verify;
  GcSpec gc;
  std::map<std::string, std::uint64_t> manifest_split;  ///< axis -> chunks a manifest cell; empty: the default
};

/// One thing that is wrong with a dataset file.
struct Finding {
  enum class Kind { syntax, unknown_key, not_implemented, invalid } kind = Kind::invalid;
  std::string key;         ///< "source.pattern", "axis.time.kind"; empty for the file as a whole
  std::uint32_t line = 0;  ///< from 1; 0 where the file does not have the key
  std::string message;
  bool operator==(const Finding&) const = default;
};

/// "line 12: source.patern: unknown key; did you mean source.pattern?"
std::string describe(const Finding& finding);
/// One `invalid` error (`unsupported` where all findings are words that are not implemented yet) with all of them, a
/// line each.
Error to_error(const std::string& path, const std::vector<Finding>& findings);

using Params = std::map<std::string, std::string>;
using EnvironmentLookup = std::function<std::optional<std::string>(const std::string& name)>;

/// The process's environment.
std::optional<std::string> process_environment(const std::string& name);

/// All findings, in order of their lines, or the file. Relative paths in it are relative to its folder. `store_url`
/// takes the place of `store.url`, whatever the file says there, and is read as if it stood there.
std::expected<DatasetFile, std::vector<Finding>> load_dataset_file(
    const std::string& path, const Params& params = {}, const EnvironmentLookup& environment = process_environment,
    const std::optional<std::string>& store_url = std::nullopt);

/// The same from text; `path` (absolute) tells the folder, and only `.env` is read.
std::expected<DatasetFile, std::vector<Finding>> parse_dataset_file(
    std::string_view text, const std::string& path, const Params& params, const EnvironmentLookup& environment,
    const std::optional<std::string>& store_url = std::nullopt);

}  // namespace vdp::dataset
