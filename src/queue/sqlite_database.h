// SQLite for a queue: a connection, prepared statements and transactions that end with their scope. Errors carry
// SQLite's words; who calls adds the path and what was tried.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/error.h"

namespace vdp::sqlite {

/// One run of a prepared statement, whose rows are read one after the other. Ends with its scope.
class Query {
 public:
  explicit Query(sqlite3_stmt* statement) : statement_(statement) {}

  /// False after the last row.
  Result<bool> next();

  // Of the row in hand; columns count from 0.
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
  std::string text(int column) const;

  // Values of the parameters, from 1 on. Texts must outlive the run.
  Status bind(int parameter, std::int64_t value);
  Status bind(int parameter, std::string_view value);

 private:
  struct Reset {
    void operator()(sqlite3_stmt* statement) const;
  };

  Status check(int code) const;

  std::unique_ptr<sqlite3_stmt, Reset> statement_;
};

/// Holds the database's write lock from its making on. Rolled back with its scope unless it was committed.
class Transaction {
 public:
  explicit Transaction(sqlite3* connection) : connection_(connection) {}

  /// `outcome_unknown` where the disk failed meanwhile: SQLite does not know whether the commit is on it.
  Status commit();

 private:
  struct RollBack {
    void operator()(sqlite3* connection) const;
  };

  std::unique_ptr<sqlite3, RollBack> connection_;
};

/// One connection, for one thread at a time.
class Database {
 public:
  /// Opens or creates the file at the absolute `path`. Calls wait up to `busy_timeout_ms` for another's write lock.
  static Result<Database> open(const std::string& path, int busy_timeout_ms);

  Result<Transaction> begin();

  /// `sql` is one statement and a literal: it is prepared once and found again by its text. While a Query lives, its
  /// statement is not run again.
  template <typename... Values>
  Result<Query> query(std::string_view sql, const Values&... values) {
    VDP_ASSIGN(Query prepared, prepare(sql));
    [[maybe_unused]] int parameter = 0;
    Status bound;
    static_cast<void>(((bound = prepared.bind(++parameter, values)).has_value() && ...));
    if (!bound) return std::unexpected(std::move(bound).error());
    return prepared;
  }

  /// Runs it to its end and returns how many rows it inserted, changed or deleted.
  template <typename... Values>
  Result<std::int64_t> run(std::string_view sql, const Values&... values) {
    VDP_ASSIGN(Query rows, query(sql, values...));
    VDP_ASSIGN(bool more, rows.next());
    while (more) {
      VDP_ASSIGN(more, rows.next());
    }
    return sqlite3_changes64(connection_.get());
  }

  /// The first column of the first row; 0 where there is no row.
  template <typename... Values>
  Result<std::int64_t> number(std::string_view sql, const Values&... values) {
    VDP_ASSIGN(Query rows, query(sql, values...));
    VDP_ASSIGN(bool more, rows.next());
    const std::int64_t first = more ? rows.integer(0) : 0;
    while (more) {
      VDP_ASSIGN(more, rows.next());
    }
    return first;
  }

  /// Several statements without parameters.
  Status run_script(const char* sql);

 private:
  struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  explicit Database(sqlite3* connection) : connection_(connection) {}
  Result<Query> prepare(std::string_view sql);

  std::unique_ptr<sqlite3, Close> connection_;
  std::unordered_map<std::string_view, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
};

}  // namespace vdp::sqlite
