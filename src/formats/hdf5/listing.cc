#include "formats/hdf5/listing.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/utf8.h"

namespace vdp::hdf5 {
namespace {

constexpr int max_soft_hops = 32;
constexpr std::uint64_t place_bytes = 1100;  ///< what a path leads to: an array with short names and few references

std::string join(const std::string& group, const std::string& name) {
  return group == "/" ? "/" + name : group + "/" + name;
}

bool is_plain_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos && is_utf8(name) &&
         name.find('\0') == std::string::npos;
}

class Walk {
 public:
  Walk(const ObjectGraph& graph, const ParseLimits& limits, MemoryBudget& budget)
      : graph_(graph), limits_(limits), budget_(budget) {}

  Result<Listing> run() {
    VDP_TRY(visit({"/", "/", graph_.root}));
    return std::move(listing_);
  }

 private:
  /// Adds the object and, of a group, all that it holds. The groups on the way here are in `ancestors_`.
  Status visit(Place place) {
    if (listing_.places.size() >= limits_.max_objects) {
      return over_limit(fmt::format("more than {} objects", limits_.max_objects));
    }
    if (ancestors_.size() > limits_.max_depth) {
      return over_limit(fmt::format("groups nested deeper than {}", limits_.max_depth));
    }
    VDP_TRY(budget_.charge(place_bytes + 4 * place.path.size() + place.group.size(), "the paths of objects"));
    listing_.first_path.emplace(place.address, place.path);
    listing_.places.push_back(place);
    const Object& object = graph_.objects.at(place.address);
    if (object.kind != Object::Kind::group || !object.problem.empty()) return {};
    ancestors_.push_back(place.address);
    for (const Link& link : object.links) VDP_TRY(follow(place, link));
    ancestors_.pop_back();
    return {};
  }

  Status follow(const Place& group, const Link& link) {
    const std::string path = join(group.path, printable(link.name));
    if (!is_plain_name(link.name)) return skip(path, "its name is not one that a path can hold");
    switch (link.kind) {
      case Link::Kind::external:
        return skip(path, fmt::format("an external link to {} in {}", link.target, link.file));
      case Link::Kind::user_defined:
        return skip(path, "a link of a user-defined kind");
      case Link::Kind::soft:
      case Link::Kind::hard:
        break;
    }
    int hops = 0;
    const std::optional<Address> target = resolve(group.address, link, hops);
    if (!target || !graph_.objects.contains(*target)) {
      return skip(path, fmt::format("a link to {}, which does not exist", link.target));
    }
    if (std::ranges::find(ancestors_, *target) != ancestors_.end()) {
      return skip(path, fmt::format("a link back to {}, which contains it", listing_.first_path.at(*target)));
    }
    return visit({path, group.path, *target});
  }

  std::optional<Address> resolve(Address group, const Link& link, int& hops) const {
    if (link.kind == Link::Kind::hard) return link.address;
    if (link.kind != Link::Kind::soft || ++hops > max_soft_hops) return std::nullopt;
    Address at = link.target.starts_with('/') ? graph_.root : group;
    std::string_view rest = link.target;
    while (!rest.empty()) {
      const std::size_t end = rest.find('/');
      const std::string_view name = rest.substr(0, end);
      rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
      if (name.empty() || name == ".") continue;
      const std::optional<Address> next = step(at, name, hops);
      if (!next) return std::nullopt;
      at = *next;
    }
    return at;
  }

  std::optional<Address> step(Address group, std::string_view name, int& hops) const {
    const auto object = graph_.objects.find(group);
    if (object == graph_.objects.end()) return std::nullopt;
    const auto& links = object->second.links;  // sorted by name
    const auto found = std::ranges::lower_bound(links, name, {}, &Link::name);
    if (found == links.end() || found->name != name) return std::nullopt;
    return resolve(group, *found, hops);
  }

  Status skip(const std::string& path, const std::string& reason) {
    if (listing_.skipped.size() >= limits_.max_objects) {
      return over_limit(fmt::format("more than {} links", limits_.max_objects));
    }
    VDP_TRY(budget_.charge(sizeof(SkippedObject) + path.size() + reason.size(), "links that are skipped"));
    listing_.skipped.push_back({path, printable(reason)});
    return {};
  }

  const ObjectGraph& graph_;
  const ParseLimits& limits_;
  MemoryBudget& budget_;
  Listing listing_;
  std::vector<Address> ancestors_;
};

}  // namespace

Result<Listing> list_objects(const ObjectGraph& graph, const ParseLimits& limits, MemoryBudget& budget) {
  return Walk(graph, limits, budget).run();
}

std::string printable(std::string text) {
  if (is_utf8(text)) return text;
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
  return text;
}

}  // namespace vdp::hdf5
