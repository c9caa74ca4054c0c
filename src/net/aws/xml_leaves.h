// The texts of a small XML document: what STS answers with.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "net/secret.h"

namespace vdp::aws {

/// An element without children: its path from the root ("Response/Result/Expiration"), and its text.
using XmlLeaf = std::pair<std::string, Secret>;

/// Well-formed XML 1.0 of at most 16 levels and 100 elements, in order. Attributes are read over. Refused as
/// `unsupported`: document types, CDATA and processing instructions but the first line, which no answer of AWS has;
/// `corrupt` is all else that is not well-formed, `limit` what is too deep or too much. Errors tell where, not what.
Result<std::vector<XmlLeaf>> xml_leaves(std::string_view document);

}  // namespace vdp::aws
