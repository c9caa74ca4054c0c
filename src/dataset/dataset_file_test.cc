#include "dataset/dataset_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "dataset/environment.h"

namespace vdp::dataset {
namespace {

using Loaded = std::expected<DatasetFile, std::vector<Finding>>;

std::optional<std::string> no_environment(const std::string&) { return std::nullopt; }

Loaded parse(std::string_view text, const Params& params = {}, const EnvironmentLookup& environment = no_environment) {
  return parse_dataset_file(text, "/data/rain/dataset.toml", params, environment);
}

std::vector<std::string> descriptions(const Loaded& loaded) {
  std::vector<std::string> texts;
  if (!loaded) {
    for (const Finding& finding : loaded.error()) texts.push_back(describe(finding));
  }
  return texts;
}

std::string only_finding(std::string_view text, const Params& params = {}) {
  const auto texts = descriptions(parse(text, params));
  EXPECT_EQ(texts.size(), 1U) << ::testing::PrintToString(texts);
  return texts.empty() ? "" : texts.front();
}

TEST(DatasetFile, HasDefaults) {
  const Loaded file = parse("source.prefix = 'archive'");
  ASSERT_TRUE(file) << ::testing::PrintToString(descriptions(file));
  EXPECT_EQ(file->folder, "/data/rain/");
  EXPECT_EQ(file->identity.name, "rain");
  EXPECT_EQ(file->identity.group, "/");
  EXPECT_EQ(file->store.url, "file:///data/rain/store/");
  EXPECT_EQ(file->store.branch, "main");
  EXPECT_TRUE(file->store.create);
  EXPECT_EQ(file->source.prefix, "file:///data/rain/archive/");
  EXPECT_EQ(file->source.pattern.text(), "*");
  EXPECT_TRUE(file->axes.empty());
  EXPECT_FALSE(file->coords.static_names);
  EXPECT_EQ(file->attributes.default_rule, AttributeRule::drop);
  EXPECT_EQ(file->forward.late, LatePolicy::by_kind);
  EXPECT_EQ(file->forward.batch, 100U);
}

TEST(DatasetFile, ReadsEverything) {
  const Loaded file = parse(R"(
    [dataset]
    name = "n"
    group = "a/b/"
    [store]
    url = "memory://s"
    branch = "dev"
    create = false
    [source]
    prefix = "/abs/../archive dir"
    access = "anonymous"
    pattern = "{time:%Y%m%d}{s:_p|}_{n:02d}.nc"
    min_age = "2s"
    exclude = ["s == '_x'", "*_test.nc"]
    identity = ["time"]
    prefer = ["s=", "s=_p"]
    [parse]
    group = "/Grid"
    drop = ["a"]
    rename = { old = "new" }
    promote = { w = ["time", "y"] }
    subchunk = { v = "depth:2" }
    [axis.time]
    kind = "regular"
    start = 2000-01-01
    end = 2001-01-01T00:00:00Z
    step = "1d"
    calendar = "noleap"
    units = "days since 2000-01-01"
    dtype = "float64"
    chunk = 10
    tolerance = "5m"
    [coords]
    native = ["x"]
    static = []
    [attrs]
    default = "error"
    drop = ["d"]
    max = ["m"]
    set = { title = "T", n = 3, list = [1.5, 2.5] }
    [forward]
    late = "reject"
    same = "skip"
    other = "replace"
    batch = 7
    [manifest]
    split = { time = 365 }
  )");
  ASSERT_TRUE(file) << ::testing::PrintToString(descriptions(file));
  EXPECT_EQ(file->identity.group, "/a/b");
  EXPECT_EQ(file->store.url, "memory://s/");
  EXPECT_EQ(file->source.prefix, "file:///archive%20dir/");
  EXPECT_EQ(file->source.access.kind, AccessKind::anonymous);
  EXPECT_EQ(file->source.min_age, std::chrono::seconds(2));
  EXPECT_EQ(file->source.exclude_conditions.size(), 1U);
  EXPECT_EQ(file->source.exclude_keys.size(), 1U);
  EXPECT_EQ(file->source.identity, (std::vector<std::string>{"time"}));
  EXPECT_EQ(file->source.prefer.at(1).value, "_p");
  EXPECT_EQ(file->parse.group, "/Grid");
  EXPECT_EQ(file->parse.rename.at("old"), "new");
  EXPECT_EQ(file->parse.promote.at("w"), (std::vector<std::string>{"time", "y"}));
  EXPECT_EQ(file->parse.subchunk.at("v").dimension, "depth");
  EXPECT_EQ(file->parse.subchunk.at("v").edge, 2U);
  ASSERT_EQ(file->axes.size(), 1U);
  const AxisSpec& axis = file->axes.front();
  EXPECT_EQ(axis.from, AxisSource::pattern);
  EXPECT_EQ(axis.start, "2000-01-01");
  EXPECT_EQ(axis.end, "2001-01-01T00:00:00Z");
  EXPECT_EQ(axis.step, std::chrono::days(1));
  EXPECT_EQ(axis.tolerance, std::chrono::minutes(5));
  EXPECT_EQ(axis.calendar, Calendar::no_leap);
  EXPECT_EQ(axis.dtype, NumberType::float64);
  EXPECT_EQ(axis.chunk, 10U);
  EXPECT_EQ(file->source.pattern.calendar(), Calendar::no_leap);
  EXPECT_TRUE(file->coords.static_names->empty());
  EXPECT_EQ(file->attributes.default_rule, AttributeRule::constant);
  EXPECT_EQ(file->attributes.dropped, (std::vector<std::string>{"d"}));
  EXPECT_EQ(file->attributes.rules.at("m"), AttributeRule::max);
  EXPECT_EQ(file->attributes.set.dump(), R"({"list":[1.5,2.5],"n":3,"title":"T"})");
  EXPECT_EQ(file->forward.late, LatePolicy::reject);
  EXPECT_EQ(file->forward.same, SamePolicy::skip);
  EXPECT_EQ(file->forward.other, OtherPolicy::replace);
  EXPECT_EQ(file->forward.batch, 7U);
  EXPECT_EQ(file->manifest_split.at("time"), 365U);
}

TEST(DatasetFile, ReportsAllFindingsWithTheirLines) {
  const Loaded file = parse(R"([source]
patern = "*"
pattern = "{time:%Q}"
discover = "list"
[store]
branch = 3
create = "yes"
[axis.time]
kind = "regular"
step = "1 month"
chunk = 0
[parse]
format = "hdf6"
late = "region"
[forwrd]
batch = 1
)");
  EXPECT_EQ(
      descriptions(file),
      (std::vector<std::string>{
          "line 1: source.prefix: it is required",
          "line 2: source.patern: unknown key; did you mean source.pattern?",
          "line 3: source.pattern: pattern '{time:%Q}': {time:%Q}: there is no directive '%Q'; expected one of %Y %y "
          "%m %b %d %j %H %M %S %f, %1 to %9, %%",
          "line 6: store.branch: found a whole number, expected a text",
          "line 7: store.create: found a text, expected true or false",
          "line 8: axis.time.start: a regular axis needs it",
          "line 10: axis.time.step: '1 month' is no duration: months and years have no fixed length; expected whole "
          "numbers with w, d, h, m, s, ms, us or ns, like '30m' or '1d6h'",
          "line 11: axis.time.chunk: found 0, expected at least 1",
          "line 13: parse.format: found 'hdf6', expected one of auto, hdf5, netcdf3, grib2, tiff, kerchunk, zarr, "
          "dmrpp, fits",
          "line 14: parse.late: unknown key; it belongs to [forward]",
          "line 15: forwrd: unknown section; did you mean [forward]?",
      }));
}

TEST(DatasetFile, NamesSyntaxErrors) {
  const Loaded file = parse("[source]\nprefix = \n");
  ASSERT_FALSE(file);
  ASSERT_EQ(file.error().size(), 1U);
  EXPECT_EQ(file.error().front().kind, Finding::Kind::syntax);
  EXPECT_EQ(file.error().front().line, 2U);
}

TEST(DatasetFile, PlannedWordsAreErrorsUnlessTheyAreSetToTheirDefaults) {
  EXPECT_EQ(only_finding("source.prefix='a'\nsource.sns_topic='t'"),
            "line 2: source.sns_topic: not implemented yet: source.sns_topic");
  EXPECT_EQ(only_finding("source.prefix='a'\nsource.discover='cmr'"),
            "line 2: source.discover: not implemented yet: source.discover = \"cmr\"");
  EXPECT_EQ(only_finding("source.prefix='a'\n[[era]]\nname='x'"), "line 2: era: not implemented yet: [[era]]");
  EXPECT_TRUE(parse("source.prefix='a'\nverify.samples=8\nforward.stage_branch=false"));
  const Loaded planned = parse("source.prefix='a'\nforward.stage_branch=true");
  ASSERT_FALSE(planned);
  EXPECT_EQ(to_error("f.toml", planned.error()).kind, ErrorKind::unsupported);
  EXPECT_EQ(to_error("f.toml", parse("x=1").error()).kind, ErrorKind::invalid);
}

TEST(DatasetFile, ReadsHowToBackfill) {
  const auto file = parse("source.prefix='a'\n[backfill]\npartition=1440\nbatch=25\nconcurrency=8\ntolerate=0");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->backfill.partition, 1440U);
  EXPECT_EQ(file->backfill.batch, 25U);
  EXPECT_EQ(file->backfill.concurrency, 8U);
  EXPECT_EQ(file->backfill.tolerate, 0U);
  EXPECT_FALSE(parse("source.prefix='a'\nbackfill.partition=0"));
}

TEST(DatasetFile, ReadsWhatBecomesOfLateGranules) {
  const std::string grow = "source.prefix='a'\naxis.time.kind='grow'\n";
  EXPECT_EQ(parse(grow + "forward.late='insert'")->forward.late, LatePolicy::insert);
  const auto file = parse(grow + "forward.late='ledger'\nforward.resort='24h'\nforward.max_fold=9");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->forward.late, LatePolicy::ledger);
  EXPECT_EQ(file->forward.resort, std::chrono::hours(24));
  EXPECT_EQ(file->forward.max_fold, 9U);
  EXPECT_EQ(parse(grow)->forward.max_fold, 500U);
  EXPECT_FALSE(parse(grow)->forward.resort);
  EXPECT_EQ(only_finding(grow + "forward.resort='1h'"),
            "line 3: forward.resort: there is a ledger with late = \"ledger\" only");
  const std::string regular = "source.prefix='a'\naxis.time={kind='regular',start='2020-01-01',step='1d'}\n";
  EXPECT_EQ(only_finding(regular + "forward.late='insert'"),
            "line 3: forward.late: a regular axis has its slots already; expected region or reject");
}

TEST(DatasetFile, ReadsWhatGcKeeps) {
  EXPECT_EQ(parse("source.prefix='a'")->gc.expire, std::chrono::hours(30 * 24));
  EXPECT_TRUE(parse("source.prefix='a'")->gc.keep_tags);
  const auto file = parse("source.prefix='a'\ngc.expire='2d'\ngc.keep_tags=false");
  EXPECT_EQ(file->gc.expire, std::chrono::hours(48));
  EXPECT_FALSE(file->gc.keep_tags);
}

TEST(DatasetFile, ReadsHowManySamplesVerifyTakes) {
  EXPECT_EQ(parse("source.prefix='a'")->verify.samples, 8U);
  EXPECT_EQ(parse("source.prefix='a'\nverify.samples=0")->verify.samples, 0U);
  EXPECT_EQ(only_finding("source.prefix='a'\nverify.samples=-1"),
            "line 2: verify.samples: found -1, expected at least 0");
}

TEST(DatasetFile, ChecksWhatBelongsTogether) {
  const std::string start = "source.prefix='a'\n";
  EXPECT_NE(only_finding(start + "source.identity=['time']").find("'time' is no field"), std::string::npos);
  EXPECT_NE(only_finding(start + "source.prefer=['x=1']").find("'x' is no field"), std::string::npos);
  EXPECT_NE(only_finding(start + "source.exclude=['a == b']").find("'a' is no field"), std::string::npos);
  EXPECT_NE(only_finding(start + "axis.time.from='pattern'").find("no field {time:...}"), std::string::npos);
  EXPECT_NE(only_finding(start + "axis.time.start='2000-01-01'").find("only a regular axis"), std::string::npos);
  EXPECT_NE(only_finding(start + "axis.kind='grow'").find("an axis has a name"), std::string::npos);
  EXPECT_NE(
      only_finding(start + "axis.time.units='months since 2000-01-01'\naxis.time.calendar='noleap'").find("no fixed"),
      std::string::npos);
  EXPECT_NE(only_finding(start + "axis.time.calendar='mayan'").find("mayan"), std::string::npos);
  EXPECT_NE(only_finding(start + "forward.late='region'").find("growing axis"), std::string::npos);
  EXPECT_NE(only_finding(start + "dataset.group='a/../b'").find("no path of a group"), std::string::npos);
  EXPECT_NE(only_finding(start + "attrs.min=['a']\nattrs.max=['a']").find("two rules"), std::string::npos);
  EXPECT_NE(only_finding(start + "parse.select=['a']\nparse.drop=['a']").find("also selected"), std::string::npos);
  EXPECT_NE(only_finding("source.prefix='https://h/x?y=1'").find("query"), std::string::npos);
  const std::string regular = start + "[axis.time]\nkind='regular'\nstep='1d'\ncalendar='noleap'\n";
  EXPECT_NE(only_finding(regular + "start='2000-02-29'").find("no date of the noleap calendar"), std::string::npos);
}

TEST(DatasetFile, SettlesWhereTheAxisComesFrom) {
  const auto axis = [](std::string_view words) {
    const Loaded file = parse("source.prefix='a'\n" + std::string(words));
    EXPECT_TRUE(file) << ::testing::PrintToString(descriptions(file));
    return file ? file->axes.at(0) : AxisSpec{};
  };
  EXPECT_EQ(axis("axis.time.kind='grow'").from, AxisSource::value);
  EXPECT_EQ(axis("source.pattern='{time:%Y}'\naxis.time.kind='grow'").from, AxisSource::pattern);
  EXPECT_EQ(axis("source.pattern='{time:%Y}'\naxis.time.from='value'").from, AxisSource::value);
  const AxisSpec attribute = axis("axis.time.from='attr:start'");
  EXPECT_EQ(attribute.from, AxisSource::attribute);
  EXPECT_EQ(attribute.from_attribute, "start");
}

TEST(Substitution, TakesTheEnvironmentThenTheEnvFile) {
  const auto folder = std::filesystem::path(::testing::TempDir()) / "vdp_env_test";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / ".env") << "# comment\nexport BUCKET = \"from-file\"\nROOT=memory://r\n";
  std::ofstream(folder / "dataset.toml") << "source.prefix='$ROOT/${BUCKET}/$$x'\nstore.url='memory://$WHERE'\n";
  const auto environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "ROOT") return "memory://own";
    if (name == "WHERE") return "w";
    return std::nullopt;
  };
  const Loaded file = load_dataset_file((folder / "dataset.toml").string(), {}, environment);
  ASSERT_TRUE(file) << ::testing::PrintToString(descriptions(file));
  EXPECT_EQ(file->source.prefix, "memory://own/from-file/$x/");
  EXPECT_EQ(file->identity.name, "vdp_env_test");
  std::ofstream(folder / ".env") << "SECRET value\n";
  const auto broken = descriptions(load_dataset_file((folder / "dataset.toml").string(), {}, environment));
  ASSERT_FALSE(broken.empty());
  EXPECT_NE(broken.front().find("line 1: expected NAME=VALUE"), std::string::npos);
  EXPECT_EQ(broken.front().find("SECRET"), std::string::npos);
  std::filesystem::remove_all(folder);
  EXPECT_FALSE(load_dataset_file((folder / "dataset.toml").string()));
}

TEST(StoreUrl, GivenTakesThePlaceOfTheFiles) {
  const auto nothing_set = [](const std::string&) { return std::nullopt; };
  const auto with_store = [&](const std::string& text, const std::string& url) {
    return parse_dataset_file("source.prefix='a'\n" + text, "/data/rain/dataset.toml", {}, nothing_set, url);
  };
  const Loaded replaced = with_store("[store]\nurl='$UNSET'\nbranch='b'\nregion='eu-west-1'\n", "s3://bucket/rain");
  ASSERT_TRUE(replaced) << ::testing::PrintToString(descriptions(replaced));
  EXPECT_EQ(replaced->store.url, "s3://bucket/rain/");
  EXPECT_EQ(replaced->store.branch, "b");
  EXPECT_EQ(replaced->store.access.region, "eu-west-1");
  EXPECT_EQ(with_store("", "./elsewhere")->store.url, "file:///data/rain/elsewhere/");

  const auto refused = descriptions(with_store("[store]\nregion='eu-west-1'\n", "s3://bucket"));
  ASSERT_FALSE(refused.empty());
  EXPECT_NE(refused.front().find("expected a folder in it"), std::string::npos);
  EXPECT_FALSE(descriptions(with_store("store=1\n", "s3://bucket/rain")).empty());
}

TEST(Substitution, UnsetNamesAreErrors) {
  EXPECT_EQ(only_finding("source.prefix='s3://$BUCKET/a'"),
            "line 1: source.prefix: $BUCKET is set neither in the environment nor in .env");
}

TEST(Params, HaveDefaultsChoicesAndDerivedValues) {
  constexpr std::string_view text = R"(
    [params]
    region = { default = "north", choices = { north = { tile = "n", count = 2 }, south = { tile = "s", count = 3 } } }
    version = "v1"
    kind = { choices = ["a", "b"] }
    [source]
    prefix = "a/{region}"
    pattern = "{tile}{count}_{version}_{kind}_{time:%Y}.nc"
  )";
  const Loaded file = parse(text, {{"region", "south"}, {"kind", "b"}});
  ASSERT_TRUE(file) << ::testing::PrintToString(descriptions(file));
  EXPECT_EQ(file->source.pattern.text(), "s3_v1_b_{time:%Y}.nc");
  EXPECT_EQ(file->params.at("tile"), "s");

  const auto all = descriptions(parse(text, {{"region", "west"}, {"kind", "b"}, {"other", "x"}}));
  ASSERT_EQ(all.size(), 3U) << ::testing::PrintToString(all);
  EXPECT_EQ(all[0], "params.other: 'other' was given, but the file has no such parameter");
  EXPECT_EQ(all[1], "line 3: params.region: found 'west', expected one of north, south");
  EXPECT_NE(all[2].find("'tile' is no parameter of this dataset"), std::string::npos);
  EXPECT_NE(descriptions(parse(text)).front().find("no value and no default; give -D kind=VALUE"), std::string::npos);
  EXPECT_EQ(only_finding("source.prefix='a'\ndataset.title='{x}'"),
            "line 2: dataset.title: there is no parameter 'x'; there are none");
}

struct Pipeline {
  const char* name;
  std::vector<std::string> planned;  // what of it is not implemented yet
};

TEST(Pipelines, OfEightProductsAreUnderstood) {
  const Pipeline pipelines[] = {
      {"imerg", {"source.discover = \"enumerate\"", "backfill.seed"}},
      {"naqfc",
       {"source.discover = \"sns\"", "source.sns_topic", "parse.format = \"grib2\"", "more than one axis",
        "axis.reference_time.kind = \"schedule\"", "axis.reference_time.cycles", "axis.lead.kind = \"explicit\"",
        "axis.lead.values", "axis.lead.length", "forward.late = \"reserve\""}},
      {"tempo",
       {"source.discover = \"cmr\"", "source.cmr_concept", "source.poll", "source.overlap", "parse.flatten",
        "axis.time.kind = \"explicit\"", "axis.time.agree_with", "the set of attributes '@tempo-l3-volatile'",
        "verify.completeness = \"cmr\""}},
      {"mur", {"source.discover = \"cmr\"", "source.poll", "forward.stage_branch"}},
      {"oisst", {"source.lookback", "coords.flags"}},
      {"geoscf", {"source.discover = \"thredds\"", "source.catalog", "source.poll", "source.lookback"}},
      {"hycom", {"coords.flags"}},
      {"goes", {"\"*\" and \"...\" in promote", "checks.packing = \"era\"", "checks.chunks = \"era\""}},
  };
  const auto environment = [](const std::string& name) {
    return name == "ICECHUNK_BUCKET" ? std::optional<std::string>("bucket") : std::nullopt;
  };
  for (const auto& [name, planned] : pipelines) {
    SCOPED_TRACE(name);
    const Loaded file =
        load_dataset_file(std::string(VDP_SOURCE_DIR) + "/src/dataset/testdata/" + name + ".toml", {}, environment);
    ASSERT_FALSE(file);
    std::vector<std::string> found;
    for (const Finding& finding : file.error()) {
      EXPECT_EQ(finding.kind, Finding::Kind::not_implemented) << describe(finding);
      constexpr std::string_view opening = "not implemented yet: ";
      found.push_back(finding.message.starts_with(opening) ? finding.message.substr(opening.size()) : finding.message);
    }
    std::vector<std::string> expected = planned;
    std::ranges::sort(found);
    std::ranges::sort(expected);
    EXPECT_EQ(found, expected);
  }
}

// The same files without their planned words load: what remains is understood to the end.
TEST(Pipelines, WithoutTheirPlannedWordsLoad) {
  for (const char* name : {"imerg", "mur", "oisst", "geoscf", "goes"}) {
    SCOPED_TRACE(name);
    const std::string path = std::string(VDP_SOURCE_DIR) + "/src/dataset/testdata/" + name + ".toml";
    const auto environment = [](const std::string&) { return std::optional<std::string>("bucket"); };
    const Loaded planned = load_dataset_file(path, {}, environment);
    ASSERT_FALSE(planned);
    std::set<std::uint32_t> lines;
    for (const Finding& finding : planned.error()) lines.insert(finding.line);
    std::ifstream file(path);
    std::string text;
    std::string line;
    for (std::uint32_t number = 1; std::getline(file, line); ++number)
      text += (lines.contains(number) ? "" : line) + "\n";
    const Loaded loaded = parse_dataset_file(text, path, {}, environment);
    EXPECT_TRUE(loaded) << ::testing::PrintToString(descriptions(loaded));
  }
}

}  // namespace
}  // namespace vdp::dataset
