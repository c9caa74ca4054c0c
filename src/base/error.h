// Result and Error: how every fallible operation answers. No exception crosses a room's header.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace vdp {

/// What the caller may do about a failure.
enum class ErrorKind {
  invalid,          ///< the caller's input is wrong: configuration, arguments, a file that does not fit its dataset
  unsupported,      ///< valid, but not implemented here; the message names what and why
  not_found,        ///< the named thing does not exist
  corrupt,          ///< bytes that break their format's rules; the message names offset, field, found and expected
  limit,            ///< a bound was exceeded; the message names which, what was asked and what is allowed
  transient,        ///< a retry is safe
  conflict,         ///< somebody else was first, and nothing of ours landed
  outcome_unknown,  ///< may have landed: never retry blindly, never delete what was written
  denied,           ///< not authorised
  cancelled,        ///< stopped by a signal or by the caller
  internal,         ///< a broken promise of our own code
};

std::string_view to_string(ErrorKind kind);

/// A failure: what kind, what happened, and where, from the innermost place outward.
struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string message;  ///< found against expected, in words a user can act on
  std::string context;  ///< "file.nc: variable tas: ..."; grows on the way up, may be empty

  /// "context: message".
  std::string text() const;
};

template <typename T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

using Failure = std::unexpected<Error>;

Failure fail(ErrorKind kind, std::string message);

inline Failure invalid(std::string message) { return fail(ErrorKind::invalid, std::move(message)); }
inline Failure unsupported(std::string message) { return fail(ErrorKind::unsupported, std::move(message)); }
inline Failure not_found(std::string message) { return fail(ErrorKind::not_found, std::move(message)); }
inline Failure corrupt(std::string message) { return fail(ErrorKind::corrupt, std::move(message)); }
inline Failure over_limit(std::string message) { return fail(ErrorKind::limit, std::move(message)); }
inline Failure conflict(std::string message) { return fail(ErrorKind::conflict, std::move(message)); }
inline Failure internal(std::string message) { return fail(ErrorKind::internal, std::move(message)); }

/// Puts a place in front of an error's context: within("file.nc", e) reads "file.nc: <rest>". Once, where it is there
/// already.
Error within(std::string_view place, Error error);

}  // namespace vdp

#define VDP_CONCAT_INNER(a, b) a##b
#define VDP_CONCAT(a, b) VDP_CONCAT_INNER(a, b)

/// Returns the error of `expression` from the enclosing function, if it has one.
#define VDP_TRY(expression)                                                 \
  do {                                                                      \
    auto&& vdp_status = (expression);                                       \
    if (!vdp_status) return std::unexpected(std::move(vdp_status).error()); \
  } while (false)

/// VDP_ASSIGN(auto x, f()): x is f()'s value, or the enclosing function returns f()'s error.
#define VDP_ASSIGN(target, expression) VDP_ASSIGN_IMPL(VDP_CONCAT(vdp_result_, __LINE__), target, expression)
#define VDP_ASSIGN_IMPL(result, target, expression)               \
  auto result = (expression);                                     \
  if (!result) return std::unexpected(std::move(result).error()); \
  target = std::move(*result)

/// The same, and says where: VDP_ASSIGN_IN("file.nc", auto x, f()).
#define VDP_ASSIGN_IN(place, target, expression) \
  VDP_ASSIGN_IN_IMPL(VDP_CONCAT(vdp_result_, __LINE__), place, target, expression)
#define VDP_ASSIGN_IN_IMPL(result, place, target, expression)                             \
  auto result = (expression);                                                             \
  if (!result) return std::unexpected(::vdp::within((place), std::move(result).error())); \
  target = std::move(*result)
