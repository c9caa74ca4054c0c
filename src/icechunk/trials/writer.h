// Writer: an actor that commits transfers to main, each until it knows that it landed.
#pragma once

#include <string>

#include "icechunk/trials/actors.h"

namespace vdp::icechunk {

/// Does what a careful user does: replays after a conflict, tries again after an error, and looks into the history
/// where the outcome is unknown or the process was killed. It tells the judge all that it is told. Its heirs commit
/// otherwise.
class Writer {
 public:
  Writer(World& world, std::uint64_t number, const WriterOptions& options)
      : world_(world), number_(number), options_(options), process_(world, number) {}
  virtual ~Writer() = default;

  void transfer(std::uint64_t which);

 protected:
  /// Where a transfer stands after an attempt.
  enum class Attempt { landed, failed };

  /// One session, and one commit to main.
  virtual Attempt try_once(const std::string& message);
  /// What the session does.
  virtual Status change(Session& session);
  virtual Result<CommitOutcome> commit(Session& session, const std::string& message) { return session.commit(message); }

  Result<Session> changed_session(const std::string& branch);
  Attempt settle(const std::string& message, const Result<CommitOutcome>& outcome);
  Attempt after_failure();
  /// Waits until what was sent has arrived or never will, and looks whether it is in main's history.
  Attempt look(const std::string& message);

  World& world_;
  const std::uint64_t number_;
  const WriterOptions options_;
  Process process_;
};

}  // namespace vdp::icechunk
