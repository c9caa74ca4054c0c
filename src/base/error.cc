#include "base/error.h"

namespace vdp {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid:
      return "invalid";
    case ErrorKind::unsupported:
      return "unsupported";
    case ErrorKind::not_found:
      return "not_found";
    case ErrorKind::corrupt:
      return "corrupt";
    case ErrorKind::limit:
      return "limit";
    case ErrorKind::transient:
      return "transient";
    case ErrorKind::conflict:
      return "conflict";
    case ErrorKind::outcome_unknown:
      return "outcome_unknown";
    case ErrorKind::denied:
      return "denied";
    case ErrorKind::cancelled:
      return "cancelled";
    case ErrorKind::internal:
      return "internal";
  }
  return "internal";
}

std::string Error::text() const { return context.empty() ? message : context + ": " + message; }

Failure fail(ErrorKind kind, std::string message) { return std::unexpected(Error{kind, std::move(message), {}}); }

Error within(std::string_view place, Error error) {
  // Who names a place need not know whether somebody further in has named it already.
  if (error.context == place || error.context.starts_with(std::string(place) + ": ")) return error;
  error.context = error.context.empty() ? std::string(place) : std::string(place) + ": " + error.context;
  return error;
}

}  // namespace vdp
