#include "queue/sqlite_schema.h"

#include <fmt/format.h>

namespace vdp::sqlite {
namespace {

constexpr std::int64_t application_id = 0x76647071;  // "vdpq"
constexpr std::int64_t schema_version = 1;

// A message waits where its holder is NULL, and is in flight otherwise. The partial indexes hold what their questions
// ask for and no more, so that answers do not slow down with the messages that are not asked for.
constexpr const char* tables = R"sql(
CREATE TABLE message (
  number INTEGER PRIMARY KEY AUTOINCREMENT,  -- the order of sending
  id INTEGER NOT NULL,                       -- its first number, which it keeps when it is redriven
  body TEXT NOT NULL,
  sent_us INTEGER NOT NULL,
  receive_count INTEGER NOT NULL DEFAULT 0,
  holder INTEGER,                            -- who received it, while it is hidden
  visible_us INTEGER                         -- until when it is hidden
) STRICT;
CREATE INDEX message_waiting ON message(number) WHERE holder IS NULL;
CREATE INDEX message_hidden ON message(visible_us) WHERE holder IS NOT NULL;
CREATE INDEX message_held ON message(holder) WHERE holder IS NOT NULL;
CREATE INDEX message_received ON message(receive_count) WHERE receive_count <> 0;

CREATE TABLE letter (
  number INTEGER PRIMARY KEY,                -- the order of death
  id INTEGER NOT NULL UNIQUE,
  body TEXT NOT NULL,
  reason TEXT NOT NULL,
  receive_count INTEGER NOT NULL,
  sent_us INTEGER NOT NULL,
  died_us INTEGER NOT NULL
) STRICT;

CREATE TABLE holder (
  number INTEGER PRIMARY KEY AUTOINCREMENT,  -- the byte that it keeps locked
  opened_us INTEGER NOT NULL
) STRICT;
)sql";

/// Whether the file has the tables already.
Result<bool> has_schema(Database& database) {
  VDP_ASSIGN(const std::int64_t application, database.number("PRAGMA application_id"));
  VDP_ASSIGN(const std::int64_t version, database.number("PRAGMA user_version"));
  VDP_ASSIGN(const std::int64_t objects, database.number("SELECT COUNT(*) FROM sqlite_schema"));
  if (application == 0 && version == 0 && objects == 0) return false;
  if (application != application_id) {
    return unsupported(
        fmt::format("is an SQLite database, but no queue of vdp: found the application id {:#x}, "
                    "expected {:#x}",
                    application, application_id));
  }
  if (version != schema_version) {
    return unsupported(fmt::format("is a queue of version {}, expected version {}", version, schema_version));
  }
  return true;
}

/// SQLite answers with the mode that it kept where a file system does not allow this one.
Status use_write_ahead_log(Database& database) {
  VDP_ASSIGN(Query rows, database.query("PRAGMA journal_mode = WAL"));
  VDP_TRY(rows.next());
  if (rows.text(0) == "wal") return {};
  return unsupported(
      fmt::format("the file system does not allow SQLite's write-ahead log: found the journal mode "
                  "'{}', expected 'wal'",
                  rows.text(0)));
}

}  // namespace

Status prepare_schema(Database& database) {
  // Looks before it touches: another program's database is left as it is.
  VDP_ASSIGN(const bool is_made, has_schema(database));
  VDP_TRY(use_write_ahead_log(database));
  VDP_TRY(database.run_script("PRAGMA synchronous = FULL"));
  if (is_made) return {};
  VDP_ASSIGN(Transaction transaction, database.begin());
  VDP_TRY(database.run_script(tables));
  const std::string mark =
      fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", application_id, schema_version);
  VDP_TRY(database.run_script(mark.c_str()));
  return transaction.commit();
}

}  // namespace vdp::sqlite
