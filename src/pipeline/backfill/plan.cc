#include "pipeline/backfill/plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "base/sha256.h"
#include "pipeline/backfill/document.h"

namespace vdp::backfill {
namespace {

constexpr std::size_t max_run_name = 64;
constexpr std::size_t id_digits = 16;

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool is_of_name(char c) { return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.'; }

Result<Partition> parse_partition(const Json& value) {
  VDP_ASSIGN(const auto document, Document::of(value));
  Partition partition;
  VDP_ASSIGN(partition.files, document.count("files"));
  VDP_ASSIGN(partition.bytes, document.count("bytes"));
  VDP_ASSIGN(partition.first_slot, document.count("first_slot"));
  VDP_ASSIGN(partition.last_slot, document.count("last_slot"));
  return partition;
}

Result<Rejection> parse_rejection(const Json& value) {
  VDP_ASSIGN(const auto document, Document::of(value));
  Rejection rejection;
  VDP_ASSIGN(rejection.uri, document.text("uri"));
  VDP_ASSIGN(rejection.reason, document.text("reason"));
  return rejection;
}

}  // namespace

Json to_json(const Rejection& rejection) { return {{"uri", rejection.uri}, {"reason", rejection.reason}}; }

std::uint64_t Plan::files() const {
  std::uint64_t sum = 0;
  for (const Partition& partition : partitions) sum += partition.files;
  return sum;
}

std::uint64_t Plan::bytes() const {
  std::uint64_t sum = 0;
  for (const Partition& partition : partitions) sum += partition.bytes;
  return sum;
}

Status check_run_name(std::string_view run) {
  const bool fits = !run.empty() && run.size() <= max_run_name && is_letter_or_digit(run.front()) &&
                    std::ranges::all_of(run, is_of_name);
  if (fits) return {};
  return invalid(
      fmt::format("name: found \"{}\", expected 1 to {} letters, digits, '-', '_' and '.', the first a letter "
                  "or a digit",
                  run.substr(0, max_run_name), max_run_name));
}

std::string branch_of_run(std::string_view run) { return fmt::format("backfill-{}", run); }

Json to_json(const Plan& plan) {
  Json document = {{"version", document_version},
                   {"run", plan.run},
                   {"plan", plan.id},
                   {"dataset", plan.dataset},
                   {"base", plan.base},
                   {"inventory", plan.inventory},
                   {"named", plan.named},
                   {"unchanged", plan.unchanged},
                   {"tolerate", plan.tolerate},
                   {"slots", plan.slots}};
  document["partitions"] = Json::array();
  for (const Partition& partition : plan.partitions) {
    document["partitions"].push_back({{"files", partition.files},
                                      {"bytes", partition.bytes},
                                      {"first_slot", partition.first_slot},
                                      {"last_slot", partition.last_slot}});
  }
  document["rejected"] = Json::array();
  for (const Rejection& rejection : plan.rejected) document["rejected"].push_back(to_json(rejection));
  return document;
}

Result<Plan> parse_plan(const Json& value) {
  VDP_ASSIGN(const auto document, Document::of(value, true));
  Plan plan;
  VDP_ASSIGN(plan.run, document.text("run"));
  VDP_TRY(check_run_name(plan.run));
  VDP_ASSIGN(plan.id, document.text("plan"));
  VDP_ASSIGN(plan.dataset, document.text("dataset"));
  VDP_ASSIGN(plan.base, document.text("base"));
  VDP_ASSIGN(plan.inventory, document.text("inventory"));
  VDP_ASSIGN(plan.named, document.count("named"));
  VDP_ASSIGN(plan.unchanged, document.count("unchanged"));
  VDP_ASSIGN(plan.tolerate, document.count("tolerate"));
  VDP_ASSIGN(plan.slots, document.count("slots"));
  VDP_ASSIGN(const Json* partitions, document.array("partitions"));
  for (const Json& each : *partitions) {
    VDP_ASSIGN_IN("partitions", plan.partitions.emplace_back(), parse_partition(each));
  }
  VDP_ASSIGN(const Json* rejected, document.array("rejected"));
  for (const Json& each : *rejected) {
    VDP_ASSIGN_IN("rejected", plan.rejected.emplace_back(), parse_rejection(each));
  }
  return plan;
}

std::string digest_of(const Plan& plan, const std::vector<std::vector<Item>>& items) {
  Plan without_id = plan;
  without_id.id.clear();
  Sha256 hash;
  hash.update(to_json(without_id).dump());
  for (const auto& partition : items) {
    for (const Item& item : partition) hash.update(to_json(item).dump());
  }
  return hash.finish_hex().substr(0, id_digits);
}

}  // namespace vdp::backfill
