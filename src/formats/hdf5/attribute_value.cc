#include <fmt/format.h>

#include <functional>

#include "base/checked.h"
#include "base/json.h"
#include "base/utf8.h"
#include "formats/hdf5/attribute.h"
#include "formats/hdf5/element.h"

namespace vdp::hdf5 {
namespace {

/// Attributes larger than this are not attributes but data.
constexpr std::uint64_t max_elements = 16'000'000;

/// Elements in C order to nested lists of the given shape.
Json nest(std::vector<Json>& elements, const std::vector<std::uint64_t>& shape, std::size_t axis, std::size_t& next) {
  if (axis == shape.size()) return std::move(elements[next++]);
  Json list = Json::array();
  for (std::uint64_t i = 0; i < shape[axis]; ++i) list.push_back(nest(elements, shape, axis + 1, next));
  return list;
}

/// The whole shape: the dataspace's, then that of an array type.
std::vector<std::uint64_t> full_shape(const Attribute& attribute) {
  std::vector<std::uint64_t> shape = attribute.space.shape;
  const Datatype& type = attribute.type;
  if (type.type_class == Datatype::Class::array)
    shape.insert(shape.end(), type.array_shape.begin(), type.array_shape.end());
  return shape;
}

Decoded<std::vector<Json>> decode_elements(GlobalHeap& heap, const Datatype& type, ByteView data, std::uint64_t count) {
  std::vector<Json> elements;
  if (type.is_variable_text()) {
    VDP_ASSIGN(std::vector<std::string> texts, heap.texts(data, count));
    for (std::string& text : texts) {
      if (!is_utf8(text)) return unsupported("its text is not valid UTF-8");
      elements.emplace_back(std::move(text));
    }
    return elements;
  }
  const auto bytes = checked_multiply<std::uint64_t>(count, type.size_bytes);
  if (!bytes || *bytes > data.size()) {
    return corrupt(fmt::format("{} elements of {} bytes in {} bytes", count, type.size_bytes, data.size()));
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    VDP_ASSIGN(Json element, element_value(type, data.subspan(i * type.size_bytes, type.size_bytes)));
    elements.push_back(std::move(element));
  }
  return elements;
}

}  // namespace

Decoded<Json> attribute_value(GlobalHeap& heap, const Attribute& attribute) {
  if (!attribute.problem.empty()) return unsupported(attribute.problem);
  if (attribute.space.is_null) return Json("");
  const std::vector<std::uint64_t> shape = full_shape(attribute);
  const auto count = checked_product(shape);
  // Every element takes a byte at least, but for a list of lists of nothing.
  if (!count || *count > max_elements || *count > attribute.data.size()) {
    return corrupt(fmt::format("more elements than its {} bytes can hold", attribute.data.size()));
  }
  const bool is_array = attribute.type.type_class == Datatype::Class::array;
  const Datatype& type = is_array ? attribute.type.base.front() : attribute.type;
  VDP_ASSIGN(std::vector<Json> elements, decode_elements(heap, type, attribute.data, *count));
  const bool is_fixed_text = type.type_class == Datatype::Class::string;
  if (shape.empty() && is_fixed_text) return elements[0] == "" ? Json(" ") : std::move(elements[0]);
  if (elements.size() == 1 && !is_fixed_text) return std::move(elements[0]);
  if (elements.empty() && shape.size() > 1) return Json::array();
  std::size_t next = 0;
  return nest(elements, shape, 0, next);
}

Decoded<std::vector<std::vector<Address>>> attribute_references(const FileView& file, GlobalHeap& heap,
                                                                const Attribute& attribute) {
  if (!attribute.problem.empty()) return corrupt(attribute.problem);
  const Datatype& type = attribute.type;
  if (type.type_class != Datatype::Class::variable_length || type.is_text || type.base.empty() ||
      !type.base.front().is_object_reference()) {
    return corrupt(fmt::format("{} found, variable-length object references expected", describe(type)));
  }
  std::vector<std::vector<Address>> references;
  VDP_ASSIGN(const auto count, attribute.space.element_count());
  const std::uint64_t width = heap.element_bytes();
  if (count > attribute.data.size() / width) return corrupt("more elements than its bytes can hold");
  for (std::uint64_t i = 0; i < count; ++i) {
    VDP_ASSIGN(const ByteView items,
               heap.element(attribute.data.subspan(i * width, width), file.geometry().offset_bytes));
    Cursor cursor(items);
    std::vector<Address> addresses;
    while (!cursor.at_end()) {
      VDP_ASSIGN(const Address address, file.read_address(cursor, "object reference"));
      addresses.push_back(address);
    }
    references.push_back(std::move(addresses));
  }
  return references;
}

}  // namespace vdp::hdf5
