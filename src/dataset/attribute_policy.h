// What becomes of group attributes that differ between files.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace vdp::dataset {

enum class AttributeRule {
  drop,      ///< the attribute goes when it differs, and is reported
  constant,  ///< a difference rejects the file ("const", "error")
  first,
  last,
  min,  ///< of numbers, or of texts (ISO dates sort as texts)
  max,
  join,  ///< the different texts, in order of arrival, separated by ", "
};

struct AttributePolicy {
  AttributeRule default_rule = AttributeRule::drop;
  std::map<std::string, AttributeRule> rules;  ///< for single attributes
  std::vector<std::string> dropped;            ///< never kept, also where all files agree
  Json set = Json::object();                   ///< written as they are, whatever the files say
};

/// The attributes that the first file gives a store.
Json first_attributes(const AttributePolicy& policy, const Json& incoming);

struct CombinedAttributes {
  Json attributes;                   ///< of the store from now on
  std::vector<std::string> dropped;  ///< names that went with this file, because they differed
};
/// The store's attributes after one more file. An attribute that only one side has differs, except that `last`, `min`,
/// `max` and `join` take what there is. `invalid` where constants differ, naming each with both
/// values.
Result<CombinedAttributes> combine_attributes(const AttributePolicy& policy, const Json& stored, const Json& incoming);

}  // namespace vdp::dataset
