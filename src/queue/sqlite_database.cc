#include "queue/sqlite_database.h"

#include <fmt/format.h>

namespace vdp::sqlite {
namespace {

ErrorKind kind_of(int code) {
  switch (code & 0xff) {  // the primary code, without its extension
    // Another's lock, space and memory come back, and a statement that failed has changed nothing.
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_NOMEM:
      return ErrorKind::transient;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      return ErrorKind::denied;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorKind::corrupt;
    case SQLITE_TOOBIG:
      return ErrorKind::limit;
    default:
      return ErrorKind::internal;
  }
}

Failure failure(sqlite3* connection, int code) {
  return fail(kind_of(code), fmt::format("{} (SQLite error {})", sqlite3_errmsg(connection), code));
}

}  // namespace

void Query::Reset::operator()(sqlite3_stmt* statement) const {
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
}

Status Query::check(int code) const {
  if (code == SQLITE_OK) return {};
  return failure(sqlite3_db_handle(statement_.get()), code);
}

Result<bool> Query::next() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return failure(sqlite3_db_handle(statement_.get()), code);
}

std::string Query::text(int column) const {
  // In this order: the conversion to text sets the number of bytes.
  const auto* const characters = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return characters == nullptr ? std::string() : std::string(characters, static_cast<std::size_t>(size));
}

Status Query::bind(int parameter, std::int64_t value) {
  return check(sqlite3_bind_int64(statement_.get(), parameter, value));
}

Status Query::bind(int parameter, std::string_view value) {
  // A null pointer would bind NULL.
  const char* const characters = value.data() == nullptr ? "" : value.data();
  return check(sqlite3_bind_text64(statement_.get(), parameter, characters, value.size(), SQLITE_STATIC, SQLITE_UTF8));
}

Status Transaction::commit() {
  const int code = sqlite3_exec(connection_.get(), "COMMIT", nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) {
    static_cast<void>(connection_.release());
    return {};
  }
  Failure failed = failure(connection_.get(), code);
  if ((code & 0xff) == SQLITE_IOERR) failed.error().kind = ErrorKind::outcome_unknown;
  return failed;
}

// After some failures SQLite has rolled back by itself, and there is nothing left to roll back.
void Transaction::RollBack::operator()(sqlite3* connection) const {
  if (sqlite3_get_autocommit(connection) == 0) sqlite3_exec(connection, "ROLLBACK", nullptr, nullptr, nullptr);
}

Result<Database> Database::open(const std::string& path, int busy_timeout_ms) {
  sqlite3* connection = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path.c_str(), &connection, flags, nullptr);
  Database database(connection);  // to be closed even where opening failed
  if (code != SQLITE_OK) return failure(connection, code);
  sqlite3_busy_timeout(connection, busy_timeout_ms);
  return database;
}

Result<Transaction> Database::begin() {
  // IMMEDIATE: a lock that is taken at the start is waited for; one that is needed half-way fails at once.
  const int code = sqlite3_exec(connection_.get(), "BEGIN IMMEDIATE", nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(connection_.get(), code);
  return Transaction(connection_.get());
}

Status Database::run_script(const char* sql) {
  const int code = sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(connection_.get(), code);
  return {};
}

Result<Query> Database::prepare(std::string_view sql) {
  auto& statement = statements_[sql];
  if (statement == nullptr) {
    sqlite3_stmt* prepared = nullptr;
    const int code = sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
    if (code != SQLITE_OK) return failure(connection_.get(), code);
    statement.reset(prepared);
  }
  return Query(statement.get());
}

}  // namespace vdp::sqlite
