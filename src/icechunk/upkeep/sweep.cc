#include "icechunk/upkeep/sweep.h"

#include <fmt/format.h>

namespace vdp::icechunk {
namespace {

constexpr std::int64_t second_us = 1'000'000;

class Sweep {
 public:
  Sweep(ObjectStore& store, const SweepOptions& options) : store_(store), options_(options) {}

  Status add(const ObjectInfo& object) {
    keys_.push_back(object.key);
    batch_.add(object.size);
    return keys_.size() < options_.max_batch ? Status() : flush();
  }

  Status flush() {
    if (keys_.empty()) return {};
    if (options_.stop != nullptr && options_.stop->load()) {
      return fail(ErrorKind::cancelled, "stopped between two batches; what is left goes with the next run");
    }
    if (!options_.dry_run) VDP_TRY(store_.remove_all(keys_));
    swept_.deleted += batch_;
    keys_.clear();
    batch_ = {};
    if (options_.on_deleted) options_.on_deleted(swept_.deleted);
    return {};
  }

  void keep(const ObjectInfo& object) { swept_.kept.add(object.size); }

  const Swept& swept() const { return swept_; }

 private:
  ObjectStore& store_;
  const SweepOptions& options_;
  std::vector<std::string> keys_;
  ObjectTotal batch_;
  Swept swept_;
};

}  // namespace

bool written_before(const ObjectInfo& object, TimestampUs cutoff_us) {
  if (object.last_modified_us <= 0) return false;
  const bool is_whole_second = object.last_modified_us % second_us == 0;
  const TimestampUs latest_us = object.last_modified_us + (is_whole_second ? second_us - 1 : 0);
  return latest_us < cutoff_us;
}

std::optional<Id<12>> id_of_key(std::string_view key, std::string_view prefix) {
  if (!key.starts_with(prefix)) return std::nullopt;
  const std::string_view name = key.substr(prefix.size());
  const auto id = Id<12>::parse(name);
  // Other spellings of an id name other objects.
  if (!id || id->text() != name) return std::nullopt;
  return *id;
}

Result<Swept> sweep(ObjectStore& store, std::string_view prefix, const SweepOptions& options,
                    const std::function<bool(const Id<12>&)>& is_kept) {
  Sweep sweep(store, options);
  Status status = store.list_pages(prefix, "", [&](const std::vector<ObjectInfo>& page) -> Status {
    for (const ObjectInfo& object : page) {
      const auto id = id_of_key(object.key, prefix);
      if (id && written_before(object, options.cutoff_us) && !is_kept(*id)) {
        VDP_TRY(sweep.add(object));
      } else {
        sweep.keep(object);
      }
    }
    return {};
  });
  if (status) status = sweep.flush();
  if (status) return sweep.swept();
  return std::unexpected(within(
      fmt::format("{}{} (after {} deleted)", store.url(), prefix, sweep.swept().deleted.objects), status.error()));
}

}  // namespace vdp::icechunk
