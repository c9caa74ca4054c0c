#include "store/fault.h"

namespace vdp {

using Kind = StoreOperation::Kind;

std::string_view to_string(Fault fault) {
  switch (fault) {
    case Fault::refused:
      return "refused";
    case Fault::timed_out:
      return "timed out";
    case Fault::lost_answer:
      return "lost answer";
    case Fault::delayed:
      return "delayed";
    case Fault::lost_race:
      return "lost race";
    case Fault::raced_itself:
      return "raced itself";
    case Fault::truncated:
      return "truncated";
    case Fault::wrong_bytes:
      return "wrong bytes";
    case Fault::wrong_range:
      return "wrong range";
    case Fault::missing_page:
      return "missing page";
    case Fault::slow:
      return "slow";
    case Fault::killed_before:
      return "killed before";
    case Fault::killed_after:
      return "killed after";
  }
  return "?";
}

std::string_view to_string(Kind kind) {
  constexpr std::string_view names[] = {"head", "get", "get_range", "put", "copy", "remove", "list"};
  return names[static_cast<std::size_t>(kind)];
}

bool applies(Fault fault, const StoreOperation& operation) {
  switch (fault) {
    case Fault::timed_out:
    case Fault::delayed:
      return operation.is_write();  // of a read, the same as `refused`
    case Fault::lost_race:
      return operation.is_conditional;
    case Fault::raced_itself:
      return operation.is_conditional && operation.kind == Kind::put;
    case Fault::truncated:
    case Fault::wrong_bytes:
      return operation.kind == Kind::get || operation.kind == Kind::get_range;
    case Fault::wrong_range:
      return operation.kind == Kind::get_range;
    case Fault::missing_page:
      return operation.kind == Kind::list;
    case Fault::refused:
    case Fault::lost_answer:
    case Fault::slow:
    case Fault::killed_before:
    case Fault::killed_after:
      return true;
  }
  return false;
}

}  // namespace vdp
