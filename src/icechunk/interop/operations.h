// What the interop driver can do: one function an operation, found by its name.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "icechunk/repo/repository.h"

namespace vdp::icechunk {

/// Everything that the driver holds: one repository, and sessions of it by the names that the test gave them.
struct Opened {
  ObjectStorePtr store;
  std::optional<Repository> repository;
  std::map<std::string, Session> sessions;
};

using StoreOperation = Result<Json> (*)(Opened&, const Json& step);
using RepositoryOperation = Result<Json> (*)(Repository&, const Json& step);
using SessionOperation = Result<Json> (*)(Session&, const Json& step);

template <typename Operation>
using Operations = std::map<std::string_view, Operation>;

/// Which open, make or copy a repository, or start a session of it.
const Operations<StoreOperation>& store_operations();
/// History and configuration.
const Operations<RepositoryOperation>& repository_operations();
/// Branches and tags.
const Operations<RepositoryOperation>& ref_operations();
/// Status, metadata and feature flags.
const Operations<RepositoryOperation>& settings_operations();
const Operations<RepositoryOperation>& upkeep_operations();
const Operations<SessionOperation>& reading_operations();
const Operations<SessionOperation>& writing_operations();
/// Which end what was written in a session, or bring it elsewhere.
const Operations<SessionOperation>& commit_operations();
/// Which bring the changes of several sessions together: rebases, forks, moves.
const Operations<SessionOperation>& rebase_operations();

}  // namespace vdp::icechunk
