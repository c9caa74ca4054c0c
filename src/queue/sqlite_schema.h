// The tables of a queue file.
#pragma once

#include "queue/sqlite_database.h"

namespace vdp::sqlite {

/// Sets the connection up and makes the tables in an empty file. Nobody else may be opening the file meanwhile.
/// `unsupported` where it is another program's database, or of another version.
Status prepare_schema(Database& database);

}  // namespace vdp::sqlite
