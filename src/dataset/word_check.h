// Holds a document against the table of words.
#pragma once

#include "dataset/findings.h"
#include "dataset/toml.h"

namespace vdp::dataset {

/// Finds unknown keys (with the nearest known one), values of another type, values that are none of a word's choices,
/// and words or choices that are not implemented yet.
void check_words(const toml::table& document, Findings& findings);

}  // namespace vdp::dataset
