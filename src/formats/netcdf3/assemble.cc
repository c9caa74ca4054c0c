#include "formats/netcdf3/assemble.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.h"
#include "formats/netcdf3/array_builder.h"
#include "formats/netcdf3/attribute.h"
#include "formats/netcdf3/text.h"
#include "zarr/cf_fill_value.h"

namespace vdp::netcdf3 {
namespace {

/// What the header itself takes, beside the bytes that its names are views of.
std::uint64_t memory_of(const Header& header) {
  std::uint64_t bytes = header.dimensions.size() * sizeof(Dimension) + header.attributes.size() * sizeof(Attribute);
  for (const Variable& variable : header.variables) {
    bytes += sizeof(Variable) + variable.dimensions.size() * sizeof(std::uint32_t) +
             variable.attributes.size() * sizeof(Attribute);
  }
  return bytes;
}

class Assembly {
 public:
  Assembly(const Header& header, std::uint64_t file_size, const SourceLocation& source, const ParseLimits& limits)
      : header_(header), limits_(limits), budget_(file_size), file_{header, {}, file_size, source} {
    tree_.format = "netcdf3";
    tree_.source = source;
  }

  Result<VirtualTree> run() {
    VDP_TRY(budget_.charge(header_.end + memory_of(header_), "the header"));
    if (header_.variables.size() > limits_.max_objects) {
      return over_limit(fmt::format("{} variables, {} allowed", header_.variables.size(), limits_.max_objects));
    }
    VDP_ASSIGN(file_.records, record_layout(header_, file_.file_size));
    VDP_ASSIGN(AttributeValues attributes, attribute_values(header_.attributes, budget_));
    for (std::string& reason : attributes.lost) skip("/", std::move(reason));
    tree_.groups["/"] = std::move(attributes.values);
    for (const Variable& variable : header_.variables) VDP_TRY(add(variable));
    std::ranges::stable_sort(tree_.skipped, {}, &SkippedObject::path);
    return std::move(tree_);
  }

 private:
  Status add(const Variable& variable) {
    if (std::string problem = name_problem(variable.name); !problem.empty()) {
      return skip("/" + shown(variable.name), std::move(problem));
    }
    const std::string path = "/" + std::string(variable.name);
    if (tree_.arrays.contains(path)) return skip(path, "a former variable has the same name");
    VDP_ASSIGN_IN("variable " + path.substr(1), AttributeValues attributes,
                  attribute_values(variable.attributes, budget_));
    auto array = build_array(file_, variable, std::move(attributes.values), budget_);
    if (!array) {
      if (array.error().kind == ErrorKind::limit)
        return std::unexpected(within("variable " + path.substr(1), array.error()));
      return skip(path, array.error().text());
    }
    chunks_ += array->manifest.size();
    if (chunks_ > limits_.max_chunks) return over_limit(fmt::format("more than {} chunks", limits_.max_chunks));
    for (std::string& reason : attributes.lost) skip(path, std::move(reason));
    if (const Status encoded = zarr::encode_cf_fill_attribute(array->metadata); !encoded) {
      skip(path, fmt::format("attribute _FillValue: {}", encoded.error().text()));
    }
    tree_.arrays.emplace(path, std::move(*array));
    return {};
  }

  /// Why a name cannot be a node's in a Zarr hierarchy; empty where it can.
  static std::string name_problem(std::string_view name) {
    if (name.empty()) return "its name is empty";
    if (!is_utf8(name)) return "its name is not valid UTF-8";
    if (name == "." || name == "..") return "its name stands for a folder";
    if (name.find('/') != std::string_view::npos || name.find('\0') != std::string_view::npos) {
      return "its name holds a character that separates names";
    }
    return "";
  }

  Status skip(std::string path, std::string reason) {
    tree_.skipped.push_back({std::move(path), std::move(reason)});
    return {};
  }

  const Header& header_;
  const ParseLimits& limits_;
  MemoryBudget budget_;
  FileLayout file_;
  VirtualTree tree_;
  std::uint64_t chunks_ = 0;
};

}  // namespace

Result<VirtualTree> assemble(const Header& header, std::uint64_t file_size, const SourceLocation& source,
                             const ParseLimits& limits) {
  return Assembly(header, file_size, source, limits).run();
}

}  // namespace vdp::netcdf3
