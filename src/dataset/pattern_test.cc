#include "dataset/pattern.h"

#include <gtest/gtest.h>

namespace vdp::dataset {
namespace {

Pattern compile(std::string_view text, Calendar calendar = Calendar::standard) {
  auto pattern = Pattern::compile(text, calendar);
  EXPECT_TRUE(pattern) << pattern.error().text();
  return pattern.value_or(Pattern());
}

std::string error_of(std::string_view text) {
  const auto pattern = Pattern::compile(text);
  EXPECT_FALSE(pattern) << text;
  return pattern ? "" : pattern.error().text();
}

DateTime time_of(std::string_view text) { return parse_time(text)->fields; }

constexpr std::string_view imerg =
    "{time:%Y/%j}/"
    "3B-HHR.MS.MRG.3IMERG.{time:%Y%m%d}-S{time:%H%M%S}-E{time+29m59s:%H%M%S}.{minute_of_day:04d}.V07B.HDF5";

struct Real {
  std::string_view pattern;
  std::string_view key;
  PatternFields fields;
};

// The keys of eight products, with the parameters of the dataset file filled in.
std::vector<Real> real_patterns() {
  return {
      {imerg,
       "1998/001/3B-HHR.MS.MRG.3IMERG.19980101-S233000-E235959.1410.V07B.HDF5",
       {{{"time", time_of("1998-01-01T23:30:00")}}, {}, {}}},
      {"AQMv7/CS/{reference_time:%Y%m%d}/{reference_time:%H}/"
       "aqm.t{reference_time:%H}z.ave_1hr_o3.{reference_time:%Y%m%d}."
       "227.grib2",
       "AQMv7/CS/20240514/06/aqm.t06z.ave_1hr_o3.20240514.227.grib2",
       {{{"reference_time", time_of("2024-05-14T06:00:00")}}, {}, {}}},
      {"{nominal:%Y.%m.%d}/TEMPO_HCHO_L3_V04_{nominal:%Y%m%dT%H%M%SZ}_S{scan:re:\\d{3}}.nc",
       "2024.02.29/TEMPO_HCHO_L3_V04_20240229T174200Z_S008.nc",
       {{{"nominal", time_of("2024-02-29T17:42:00")}}, {}, {{"scan", "008"}}}},
      {"{time:%Y%m%d%H%M%S}-JPL-L4_GHRSST-SSTfnd-MUR-GLOB-GLOB-v02.0-fv04.1.nc",
       "20240602090000-JPL-L4_GHRSST-SSTfnd-MUR-GLOB-GLOB-v02.0-fv04.1.nc",
       {{{"time", time_of("2024-06-02T09:00:00")}}, {}, {}}},
      {"{time:%Y%m}/oisst-avhrr-v02r01.{time:%Y%m%d}{state:_preliminary|}.nc",
       "198109/oisst-avhrr-v02r01.19810901.nc",
       {{{"time", time_of("1981-09-01")}}, {}, {{"state", ""}}}},
      {"{time:%Y%m}/oisst-avhrr-v02r01.{time:%Y%m%d}{state:_preliminary|}.nc",
       "202611/oisst-avhrr-v02r01.20261122_preliminary.nc",
       {{{"time", time_of("2026-11-22")}}, {}, {{"state", "_preliminary"}}}},
      {"GMAO/GEOS-CF/analysis-v2/Y{time:%Y}/M{time:%m}/D{time:%d}/"
       "GEOS.cf.ana.aqc_tavg_1hr_glo_L1440x721_slv.{time:%Y%m%d_%H%M}z.nc4",
       "GMAO/GEOS-CF/analysis-v2/Y2025/M08/D04/GEOS.cf.ana.aqc_tavg_1hr_glo_L1440x721_slv.20250804_0930z.nc4",
       {{{"time", time_of("2025-08-04T09:30:00")}}, {}, {}}},
      {"{expt:expt_53.X|expt_56.3}/hycom_GLBv0.08_{run:re:[0-9]+}_{time:%Y%m%d}12_t{tau:03d}.nc",
       "expt_53.X/hycom_GLBv0.08_532_1994010112_t003.nc",
       {{{"time", time_of("1994-01-01")}}, {{"tau", 3}}, {{"expt", "expt_53.X"}, {"run", "532"}}}},
      {"ABI-L2-MCMIPF/{t:%Y/%j/%H}/"
       "OR_ABI-L2-MCMIPF-{mode:M3|M4|M6}_G16_s{t:%Y%j%H%M%S%1}_e{e:re:\\d{14}}_c{c:re:\\d{14}}.nc",
       "ABI-L2-MCMIPF/2017/197/17/OR_ABI-L2-MCMIPF-M3_G16_s20171971715356_e20171971726123_c20171971726202.nc",
       {{{"t", time_of("2017-07-16T17:15:35.6")}},
        {},
        {{"mode", "M3"}, {"e", "20171971726123"}, {"c", "20171971726202"}}}},
  };
}

TEST(Pattern, ReadsAndWritesTheKeysOfRealProducts) {
  for (const auto& [text, key, fields] : real_patterns()) {
    SCOPED_TRACE(text);
    const Pattern pattern = compile(text);
    const PatternMatch match = pattern.match(key);
    ASSERT_EQ(match.kind, PatternMatch::Kind::matched) << match.reason;
    EXPECT_EQ(match.fields, fields);
    EXPECT_EQ(pattern.generate(fields).value(), key);
  }
}

TEST(Pattern, WhatItWritesItReads) {
  for (const auto& [text, key, fields] : real_patterns()) {
    const Pattern pattern = compile(text);
    PatternFields moving = fields;
    DateTime& time = moving.times.begin()->second;
    for (int i = 0; i < 400; ++i) {
      time.date = Date{1998 + i % 60, i % 12 + 1, i % 28 + 1};
      if (time.hour != 0) time.hour = i % 24;
      const auto written = pattern.generate(moving);
      ASSERT_TRUE(written) << written.error().text();
      const PatternMatch match = pattern.match(*written);
      ASSERT_EQ(match.kind, PatternMatch::Kind::matched) << match.reason;
      ASSERT_EQ(match.fields, moving);
    }
  }
}

TEST(Pattern, NamesContradictions) {
  const Pattern pattern = compile(imerg);
  const auto reason = [&](std::string_view key) {
    const auto match = pattern.match(key);
    EXPECT_EQ(match.kind, PatternMatch::Kind::inconsistent) << key;
    return match.reason;
  };
  EXPECT_EQ(reason("1998/001/3B-HHR.MS.MRG.3IMERG.19990101-S233000-E235959.1410.V07B.HDF5"),
            "field 'time': '1999' in one place, 1998 in another");
  EXPECT_EQ(reason("1998/002/3B-HHR.MS.MRG.3IMERG.19980101-S233000-E235959.1410.V07B.HDF5"),
            "field 'time': day 2 of the year is 01-02, not 01-01");
  EXPECT_EQ(reason("1998/001/3B-HHR.MS.MRG.3IMERG.19980101-S233000-E235958.1410.V07B.HDF5"),
            "field 'time': moved by 29m59s it is 1998-01-01T23:59:59, so that '58' must be '59'");
  EXPECT_EQ(reason("1998/001/3B-HHR.MS.MRG.3IMERG.19980101-S233000-E235959.1400.V07B.HDF5"),
            "field 'minute_of_day': found 1400, expected 1410");
  EXPECT_NE(reason("1998/366/3B-HHR.MS.MRG.3IMERG.19981231-S233000-E235959.1410.V07B.HDF5").find("has no day 366"),
            std::string::npos);
}

TEST(Pattern, TellsDatesThatTheCalendarDoesNotHave) {
  EXPECT_EQ(compile("{time:%Y%m%d}.nc").match("20230229.nc").kind, PatternMatch::Kind::inconsistent);
  EXPECT_EQ(compile("{time:%Y%m%d}.nc").match("20231301.nc").kind, PatternMatch::Kind::inconsistent);
  EXPECT_EQ(compile("{time:%Y%m%d}.nc", Calendar::day_360).match("20230230.nc").kind, PatternMatch::Kind::matched);
  EXPECT_EQ(compile("{time:%Y%m%d%H}.nc").match("2023010124.nc").kind, PatternMatch::Kind::inconsistent);
}

TEST(Pattern, OtherFormsDoNotMatch) {
  const Pattern pattern = compile("a.b/{time:%Y}.nc");
  for (const char* key : {"", "a.b/2020.nc.tmp", "xa.b/2020.nc", "axb/2020.nc", "a.b/202.nc", "a.b/20201.nc"}) {
    EXPECT_EQ(pattern.match(key).kind, PatternMatch::Kind::no_match) << key;
  }
}

TEST(Pattern, KnowsShortYearsMonthNamesAndFractions) {
  const Pattern pattern = compile("{t:%d%b%y-%H%M%S.%3}%");
  const PatternMatch match = pattern.match("01Feb99-010203.250%");
  ASSERT_EQ(match.kind, PatternMatch::Kind::matched) << match.reason;
  EXPECT_EQ(format_date_time(match.fields.times.at("t")), "1999-02-01T01:02:03.25");
  EXPECT_EQ(pattern.generate(match.fields).value(), "01Feb99-010203.250%");
  PatternFields early = match.fields;
  early.times["t"].date.year = 1950;
  EXPECT_FALSE(pattern.generate(early));
  PatternFields fine = match.fields;
  fine.times["t"].nanosecond = 250'100'000;
  EXPECT_FALSE(pattern.generate(fine));
}

TEST(Pattern, MovesBackwardToo) {
  const Pattern pattern = compile("{time:%Y%m%d%H}_{time-1d:%Y%m%d}.nc");
  EXPECT_EQ(pattern.match("2024030106_20240229.nc").kind, PatternMatch::Kind::matched);
  EXPECT_EQ(pattern.match("2024030106_20240228.nc").kind, PatternMatch::Kind::inconsistent);
}

TEST(Pattern, StarsMatchButDoNotGenerate) {
  const Pattern star = compile("a/*_{time:%Y}.nc");
  EXPECT_EQ(star.match("a/x_2020.nc").kind, PatternMatch::Kind::matched);
  EXPECT_EQ(star.match("a/b/x_2020.nc").kind, PatternMatch::Kind::no_match);
  EXPECT_EQ(compile("a/**_{time:%Y}.nc").match("a/b/x_2020.nc").kind, PatternMatch::Kind::matched);
  EXPECT_FALSE(star.can_generate());
  EXPECT_FALSE(star.generate({{{"time", time_of("2020-01-01")}}, {}, {}}));
  EXPECT_EQ(Pattern().text(), "*");
  EXPECT_EQ(Pattern().match("anything.nc").kind, PatternMatch::Kind::matched);
}

TEST(Pattern, GenerateNamesWhatIsMissingOrDoesNotFit) {
  const Pattern pattern = compile("{time:%Y}_{scan:re:\\d{3}}_{m:02d}_{s:a|}.nc");
  PatternFields fields{{{"time", time_of("2020-01-01")}}, {{"m", 7}}, {{"scan", "001"}, {"s", ""}}};
  EXPECT_EQ(pattern.generate(fields).value(), "2020_001_07_.nc");
  fields.texts["scan"] = "01";
  EXPECT_FALSE(pattern.generate(fields));
  fields.texts.erase("scan");
  EXPECT_NE(pattern.generate(fields).error().text().find("'scan'"), std::string::npos);
  fields.texts["scan"] = "001";
  fields.integers["m"] = 100;
  EXPECT_FALSE(pattern.generate(fields));
  fields.integers["m"] = 7;
  fields.times["time"].date.month = 2;
  EXPECT_NE(pattern.generate(fields).error().text().find("does not hold all"), std::string::npos);
  fields.times["time"].date.month = 1;
  fields.texts["s"] = "b";
  EXPECT_FALSE(pattern.generate(fields));
}

TEST(Pattern, UserExpressionsMayHaveGroupsAndAlternatives) {
  const Pattern pattern = compile("{a:re:x|y(z+)}-{b:re:(?i)q}-{time:%Y}");
  const PatternMatch match = pattern.match("yzz-Q-2020");
  ASSERT_EQ(match.kind, PatternMatch::Kind::matched) << match.reason;
  EXPECT_EQ(match.fields.texts.at("a"), "yzz");
  EXPECT_EQ(match.fields.texts.at("b"), "Q");
  EXPECT_EQ(pattern.match("yzz-q-2020X").kind, PatternMatch::Kind::no_match);
}

TEST(Pattern, RepeatedTextsAndNumbersMustAgree) {
  const Pattern pattern = compile("{m:d}/{s:re:[ab]}_{m:02d}_{s:a|b}");
  EXPECT_EQ(pattern.match("7/a_07_a").kind, PatternMatch::Kind::matched);
  EXPECT_EQ(pattern.match("7/a_08_a").kind, PatternMatch::Kind::inconsistent);
  EXPECT_EQ(pattern.match("7/a_07_b").kind, PatternMatch::Kind::inconsistent);
}

TEST(Pattern, TellsWhatItsTimesSpan) {
  const auto span = [](std::string_view text, std::string_view key, Calendar calendar) {
    const Pattern pattern = compile(text, calendar);
    const TimeSpan found = pattern.span("t", pattern.match(key).fields).value();
    return format_instant(calendar, found.begin) + "/" + format_instant(calendar, found.end);
  };
  EXPECT_EQ(span("{t:%Y}", "2020", Calendar::standard), "2020-01-01T00:00:00/2021-01-01T00:00:00");
  EXPECT_EQ(span("{t:%Y%m}", "202012", Calendar::standard), "2020-12-01T00:00:00/2021-01-01T00:00:00");
  EXPECT_EQ(span("{t:%Y}/{t:%m%d}", "2001/0228", Calendar::no_leap), "2001-02-28T00:00:00/2001-03-01T00:00:00");
  EXPECT_EQ(span("{t:%Y%j%H}", "202000123", Calendar::standard), "2020-01-01T23:00:00/2020-01-02T00:00:00");
  EXPECT_EQ(span("{t:%Y%m%d%H%M}", "202001012330", Calendar::standard), "2020-01-01T23:30:00/2020-01-01T23:31:00");
  EXPECT_EQ(span("{t:%Y%m%d%H%M%S%1}", "202001012330005", Calendar::standard),
            "2020-01-01T23:30:00.5/2020-01-01T23:30:00.6");
  EXPECT_FALSE(compile("{t:%Y}").span("x", compile("{t:%Y}").match("2020").fields));
}

TEST(Pattern, CompileNamesMistakes) {
  EXPECT_NE(error_of("{time:%Q}").find("no directive '%Q'"), std::string::npos);
  EXPECT_NE(error_of("{time:%Y").find("not closed"), std::string::npos);
  EXPECT_NE(error_of("a}b").find("'}' without '{'"), std::string::npos);
  EXPECT_NE(error_of("{time:%m%d}").find("no year"), std::string::npos);
  EXPECT_NE(error_of("{time:%Y%d}").find("no month"), std::string::npos);
  EXPECT_NE(error_of("{time:%Y%m%d%M}").find("no hour"), std::string::npos);
  EXPECT_NE(error_of("{time+1h:%Y}").find("no year"), std::string::npos);
  EXPECT_NE(error_of("{domain}").find("no parameter"), std::string::npos);
  EXPECT_NE(error_of("{x:re:(}").find("bad expression"), std::string::npos);
  EXPECT_NE(error_of("{x:abc}").find("no format"), std::string::npos);
  EXPECT_NE(error_of("{x:d}{x:%Y}").find("'x'"), std::string::npos);
  EXPECT_NE(error_of("{minute_of_day:04d}").find("there must be one"), std::string::npos);
  EXPECT_NE(error_of("{:%Y}").find("name"), std::string::npos);
  EXPECT_NE(error_of("{x+1h:a|b}").find("only times"), std::string::npos);
  EXPECT_NE(error_of("{x+1q:%Y}").find("no duration"), std::string::npos);
  EXPECT_NE(error_of("{x:re:((a{1000}){1000}){1000}}").find("bad expression"), std::string::npos);
}

TEST(Pattern, TellsItsFieldsAndPrefix) {
  const Pattern pattern = compile("data/v1_{time:%Y}_{s:a|b}_{n:03d}.nc");
  EXPECT_EQ(pattern.static_prefix(), "data/v1_");
  EXPECT_EQ(pattern.fields(), (std::map<std::string, FieldKind>{
                                  {"time", FieldKind::time}, {"s", FieldKind::text}, {"n", FieldKind::integer}}));
  EXPECT_TRUE(pattern.has_time("time"));
  EXPECT_FALSE(pattern.has_time("s"));
  EXPECT_EQ(Pattern().static_prefix(), "");
  const PatternMatch match = pattern.match("data/v1_2020_a_012.nc");
  EXPECT_EQ(match.fields.text_of("time"), "2020-01-01T00:00:00");
  EXPECT_EQ(match.fields.text_of("n"), "12");
  EXPECT_EQ(match.fields.text_of("other"), "");
}

TEST(Pattern, OutlinesKeysWhoseFieldsAreNotAllTold) {
  const auto outline = [](std::string_view text) {
    const PatternFields fields{{{"time", DateTime{{2020, 3, 1}, 6}}}, {}, {}};
    const auto pattern = Pattern::compile(text);
    EXPECT_TRUE(pattern) << pattern.error().text();
    auto made = pattern->outline(fields);
    EXPECT_TRUE(made) << made.error().text();
    return made.value_or(KeyOutline());
  };
  const KeyOutline whole = outline("{time:%Y/%j/%H}/a{time+1h:%H}.{minute_of_day:04d}.nc");
  EXPECT_EQ(whole.key, "2020/061/06/a07.0360.nc");
  EXPECT_TRUE(whole.open_fields.empty());
  const KeyOutline open = outline("{time:%Y%m%dT%H}_{scan:re:\\d{3}}{state:_prelim|}_{scan:re:\\d{3}}_{n:02d}*.nc");
  EXPECT_EQ(open.key, "20200301T06_{scan}{state}_{scan}_{n}*.nc");
  EXPECT_EQ(open.open_fields, (std::vector<std::string>{"scan", "state", "n", "*"}));
  EXPECT_EQ(outline("{time:%Y%m%d}.nc").key, "20200301.nc");
}

}  // namespace
}  // namespace vdp::dataset
