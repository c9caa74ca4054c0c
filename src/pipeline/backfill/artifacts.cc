#include "pipeline/backfill/artifacts.h"

#include <fmt/format.h>

#include "store/url.h"

namespace vdp::backfill {

std::string Artifacts::uri(const std::string& key) const { return object_url(*store_, key); }

Result<std::string> Artifacts::key_of(const std::string& uri) const {
  const std::string root = store_->url();
  if (!uri.starts_with(root)) return invalid(fmt::format("{} does not lie below {}", uri, root));
  return decode_path(std::string_view(uri).substr(root.size()));
}

Result<Bytes> Artifacts::read(const std::string& key) const {
  auto data = store_->get(key);
  if (!data) return std::unexpected(within(uri(key), std::move(data).error()));
  return std::move(data->bytes);
}

Status Artifacts::write(const std::string& key, ByteView bytes) const {
  auto put = store_->put(key, bytes);
  if (!put) return std::unexpected(within(uri(key), std::move(put).error()));
  return {};
}

Result<Json> Artifacts::read_json(const std::string& key) const {
  VDP_ASSIGN(const Bytes bytes, read(key));
  VDP_ASSIGN_IN(uri(key), Json document, parse_json(as_text(bytes)));
  return document;
}

Status Artifacts::write_json(const std::string& key, const Json& document) const {
  return write(key, as_bytes(document.dump()));
}

Result<Plan> Artifacts::read_plan(const std::string& plan_uri) const {
  VDP_ASSIGN_IN("plan_uri", const std::string key, key_of(plan_uri));
  VDP_ASSIGN(const Json document, read_json(key));
  VDP_ASSIGN_IN(plan_uri, Plan plan, parse_plan(document));
  if (plan_key(plan) == key) return plan;
  return corrupt(fmt::format("{}: it is plan {} of run {}, and lies under another name", plan_uri, plan.id, plan.run));
}

Result<std::vector<Item>> Artifacts::read_items(const Plan& plan, std::uint64_t partition,
                                                const std::string& prefix) const {
  if (partition >= plan.partitions.size()) {
    return invalid(fmt::format("partition: found {}, the plan has {}", partition, plan.partitions.size()));
  }
  const std::string key = partition_key(plan, partition);
  VDP_ASSIGN(const Json document, read_json(key));
  VDP_ASSIGN_IN(uri(key), auto items, parse_items(document, prefix));
  if (items.size() != plan.partitions[partition].files) {
    return corrupt(
        fmt::format("{}: {} files, the plan has {}", uri(key), items.size(), plan.partitions[partition].files));
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].index != i) return corrupt(fmt::format("{}: item {} has the index {}", uri(key), i, items[i].index));
  }
  return items;
}

std::string plan_key(const Plan& plan) { return fmt::format("{}/{}/plan.json", plan.run, plan.id); }

std::string partition_key(const Plan& plan, std::uint64_t partition) {
  return fmt::format("{}/{}/{:05}.json", plan.run, plan.id, partition);
}

std::string work_prefix(const Plan& plan, std::uint64_t partition, const icechunk::SnapshotId& base) {
  return fmt::format("{}/{}/{:05}/{}/", plan.run, plan.id, partition, base.text());
}

}  // namespace vdp::backfill
