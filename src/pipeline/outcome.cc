#include "pipeline/outcome.h"

#include "base/json.h"

namespace vdp {

std::string_view to_string(Outcome::Kind kind) {
  switch (kind) {
    case Outcome::Kind::written:
      return "written";
    case Outcome::Kind::replaced:
      return "replaced";
    case Outcome::Kind::retracted:
      return "retracted";
    case Outcome::Kind::set_aside:
      return "set aside";
    case Outcome::Kind::unchanged:
      return "unchanged";
    case Outcome::Kind::deferred:
      return "deferred";
    case Outcome::Kind::rejected:
      return "rejected";
  }
  return "rejected";
}

Outcome Outcome::not_read(Granule granule) {
  return deferred(std::move(granule), "not read: there was too little time left");
}

Outcome outcome_of(const Granule& granule, const Error& error) {
  const bool may_succeed_later =
      error.kind == ErrorKind::transient || error.kind == ErrorKind::conflict || error.kind == ErrorKind::cancelled;
  return may_succeed_later ? Outcome::deferred(granule, error.text()) : Outcome::rejected(granule, error.text());
}

void OutcomeCounts::add(Outcome::Kind kind) {
  switch (kind) {
    case Outcome::Kind::written:
      ++written;
      break;
    case Outcome::Kind::replaced:
      ++replaced;
      break;
    case Outcome::Kind::retracted:
      ++retracted;
      break;
    case Outcome::Kind::set_aside:
      ++set_aside;
      break;
    case Outcome::Kind::unchanged:
      ++unchanged;
      break;
    case Outcome::Kind::deferred:
      ++deferred;
      break;
    case Outcome::Kind::rejected:
      ++rejected;
      break;
  }
}

OutcomeCounts& OutcomeCounts::operator+=(const OutcomeCounts& more) {
  written += more.written;
  replaced += more.replaced;
  retracted += more.retracted;
  set_aside += more.set_aside;
  unchanged += more.unchanged;
  deferred += more.deferred;
  rejected += more.rejected;
  return *this;
}

Json to_json(const OutcomeCounts& counts) {
  Json json = {{"written", counts.written},     {"replaced", counts.replaced}, {"retracted", counts.retracted},
               {"unchanged", counts.unchanged}, {"deferred", counts.deferred}, {"rejected", counts.rejected}};
  if (counts.set_aside != 0) json["set_aside"] = counts.set_aside;
  return json;
}

}  // namespace vdp
