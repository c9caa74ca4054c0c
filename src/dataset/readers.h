// One reader a part of the dataset file. Each takes what is valid and reports the rest.
#pragma once

#include "dataset/dataset_file.h"
#include "dataset/findings.h"
#include "dataset/toml.h"

namespace vdp::dataset {

void read_identity(const toml::table& document, DatasetFile& file, Findings& findings);
void read_store(const toml::table& document, DatasetFile& file, Findings& findings);
/// Before the source, whose pattern needs the calendar; `from` is settled by settle_axis_source().
void read_axes(const toml::table& document, DatasetFile& file, Findings& findings);
/// Of [store] and of [source]: after their URLs, whose schemes say which words make sense.
void read_store_access(const toml::table& document, DatasetFile& file, Findings& findings);
void read_source_access(const toml::table& document, DatasetFile& file, Findings& findings);
void read_source(const toml::table& document, DatasetFile& file, Findings& findings);
void settle_axis_source(const toml::table& document, DatasetFile& file, Findings& findings);
void read_parse(const toml::table& document, DatasetFile& file, Findings& findings);
void read_coords(const toml::table& document, DatasetFile& file, Findings& findings);
void read_attributes(const toml::table& document, DatasetFile& file, Findings& findings);
void read_checks(const toml::table& document, DatasetFile& file, Findings& findings);
void read_forward(const toml::table& document, DatasetFile& file, Findings& findings);
void read_backfill(const toml::table& document, DatasetFile& file, Findings& findings);
void read_verify(const toml::table& document, DatasetFile& file, Findings& findings);
void read_gc(const toml::table& document, DatasetFile& file, Findings& findings);
void read_manifest(const toml::table& document, DatasetFile& file, Findings& findings);

}  // namespace vdp::dataset
