// The bank: what the simulation's commits are about, so that a lost or a doubled one shows in a sum.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "icechunk/repo/session.h"

namespace vdp::icechunk {

/// Accounts that everybody uses; a pocket for each writer, and what each has put into the vault; and how many transfers
/// each has made. What is in accounts, pockets and vault together never changes. Half of the cells are native chunks,
/// half are inlined ones.
class Bank {
 public:
  static constexpr std::uint64_t account_count = 6;
  static constexpr std::int64_t first_balance = 1000;

  static constexpr std::int64_t total = first_balance * static_cast<std::int64_t>(account_count);

  struct Balances {
    std::int64_t sum = 0;                 ///< of all but the transfers
    std::vector<std::int64_t> transfers;  ///< of each writer
  };

  explicit Bank(std::uint64_t writers) : writers_(writers) {}

  /// Makes the arrays in a fresh session.
  Status open(Session& session) const;
  /// One account gives to another, and `writer` has one transfer more.
  Status transfer(Session& session, std::uint64_t writer, std::uint64_t from, std::uint64_t to,
                  std::int64_t amount) const;
  /// From the writer's pocket into the vault: no chunk that another writer changes, unless the vault is emptied.
  Status deposit(Session& session, std::uint64_t writer, std::int64_t amount) const;
  /// Into the first account; the vault is deleted, and another one put in its place.
  Status empty_vault(Session& session, std::uint64_t writer) const;
  /// `pause` is called between the reads.
  Result<Balances> read(const Session& session, const std::function<void()>& pause = [] {}) const;

 private:
  Status make_array(Session& session, const std::string& path, std::uint64_t cells, std::int64_t value) const;
  Status add(Session& session, const std::string& path, std::uint64_t cell, std::int64_t amount) const;
  Result<std::int64_t> read_cell(const Session& session, const std::string& path, std::uint64_t cell) const;
  Status write_cell(Session& session, const std::string& path, std::uint64_t cell, std::int64_t value) const;

  std::uint64_t writers_;
};

}  // namespace vdp::icechunk
