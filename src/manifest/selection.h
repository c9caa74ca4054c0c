// Which variables of a dataset are kept, and what they are called.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "manifest/virtual_dataset.h"

namespace vdp {

/// Keeps only these variables. `invalid` for every name that the dataset does not have, each with the nearest it has;
/// then nothing is changed.
Status select(VirtualDataset& dataset, const std::vector<std::string>& names);

/// Takes these variables out; errors as for select.
Status drop(VirtualDataset& dataset, const std::vector<std::string>& names);

/// Old names to new ones. A name is a variable's, a dimension's, or both: the variable is renamed, and the dimension of
/// that name in all variables. `invalid` for names that are neither, and where two variables or two dimensions of one
/// variable would then have the same name; then nothing is changed. Names may be swapped.
Status rename(VirtualDataset& dataset, const std::map<std::string, std::string>& names);

}  // namespace vdp
