#include "icechunk/trials/planted_bug.h"

#include <vector>

#include "icechunk/format/transaction_log.h"
#include "icechunk/repo/object_keys.h"
#include "store/forwarding_store.h"

namespace vdp::icechunk {
namespace {

class Unconditional final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Result<ObjectInfo> put(std::string_view key, ByteView bytes, const PutCondition&) override {
    return inner()->put(key, bytes, PutCondition::always());
  }
  Status copy(std::string_view from, std::string_view to, const std::optional<std::string>&) override {
    return inner()->copy(from, to, std::nullopt);
  }
};

class SnapshotsLate final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Result<ObjectInfo> put(std::string_view key, ByteView bytes, const PutCondition& condition) override {
    if (key.starts_with("snapshots/")) {
      late_.push_back({std::string(key), Bytes(bytes.begin(), bytes.end())});
      return ObjectInfo{std::string(key), bytes.size(), "late", 0};
    }
    auto answer = inner()->put(key, bytes, condition);
    if (answer && key == repo_key) {
      for (const NewObject& object : std::exchange(late_, {})) {
        static_cast<void>(inner()->put(object.key, object.bytes, PutCondition::always()));
      }
    }
    return answer;
  }

 private:
  std::vector<NewObject> late_;
};

class DeletesOnUnknown final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Result<ObjectInfo> put(std::string_view key, ByteView bytes, const PutCondition& condition) override {
    auto answer = inner()->put(key, bytes, condition);
    if (key != repo_key) {
      written_.push_back(std::string(key));
      return answer;
    }
    const bool is_unknown = !answer && answer.error().kind == ErrorKind::outcome_unknown;
    for (const std::string& own : std::exchange(written_, {})) {
      if (is_unknown) static_cast<void>(inner()->remove(own));
    }
    return answer;
  }

 private:
  std::vector<std::string> written_;
};

/// What others deleted cannot be seen in their transaction logs.
class DeletesUnseen final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Result<ObjectData> get(std::string_view key) override {
    VDP_ASSIGN(ObjectData object, inner()->get(key));
    if (!key.starts_with("transactions/")) return object;
    VDP_ASSIGN(TransactionLog log, decode_transaction_log(object.bytes));
    log.deleted_arrays.clear();
    log.deleted_groups.clear();
    VDP_ASSIGN(object.bytes, encode_transaction_log(log));
    return object;
  }
};

}  // namespace

std::string_view to_string(Bug bug) {
  switch (bug) {
    case Bug::none:
      return "none";
    case Bug::no_compare_and_swap:
      return "no compare-and-swap";
    case Bug::ref_before_snapshot:
      return "ref before snapshot";
    case Bug::delete_on_unknown:
      return "delete on unknown";
    case Bug::blind_retry:
      return "blind retry";
    case Bug::lost_answer_is_conflict:
      return "lost answer is conflict";
    case Bug::collect_without_age_check:
      return "collect without age check";
    case Bug::reset_without_expected_tip:
      return "reset without expected tip";
    case Bug::rebase_ignores_deletes:
      return "rebase ignores deletes";
  }
  return "?";
}

ObjectStorePtr plant(Bug bug, ObjectStorePtr store) {
  switch (bug) {
    case Bug::no_compare_and_swap:
      return std::make_shared<Unconditional>(std::move(store));
    case Bug::ref_before_snapshot:
      return std::make_shared<SnapshotsLate>(std::move(store));
    case Bug::delete_on_unknown:
      return std::make_shared<DeletesOnUnknown>(std::move(store));
    case Bug::rebase_ignores_deletes:
      return std::make_shared<DeletesUnseen>(std::move(store));
    default:
      return store;
  }
}

}  // namespace vdp::icechunk
