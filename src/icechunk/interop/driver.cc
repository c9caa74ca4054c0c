// Does repository operations as it is told, so that tests in Python can set this library against the official one.
// Reads JSON objects from standard input, one a line, and answers each with a line: {"ok": VALUE}, or
// {"error": KIND, "message": TEXT}.
//
//   {"op": NAME, "session": NAME, ...}
//
// One repository is open at a time; `create` and `open` end all sessions of the former one. Sessions have names, so
// that several can be open; the empty name is the default.
#include <fmt/format.h>

#include <iostream>

#include "icechunk/interop/operations.h"

namespace vdp::icechunk {
namespace {

template <typename Operation>
Operation find(const Operations<Operation>& table, const std::string& name) {
  const auto found = table.find(name);
  return found == table.end() ? nullptr : found->second;
}

RepositoryOperation find_repository_operation(const std::string& name) {
  for (const auto* table :
       {&repository_operations(), &ref_operations(), &settings_operations(), &upkeep_operations()}) {
    if (const auto operation = find(*table, name)) return operation;
  }
  return nullptr;
}

SessionOperation find_session_operation(const std::string& name) {
  for (const auto* table : {&reading_operations(), &writing_operations(), &commit_operations(), &rebase_operations()}) {
    if (const auto operation = find(*table, name)) return operation;
  }
  return nullptr;
}

Result<Json> run(Opened& opened, const Json& step) {
  const std::string name = step.at("op");
  if (const auto operation = find(store_operations(), name)) return operation(opened, step);
  if (!opened.repository) return invalid("no repository is open");
  if (const auto operation = find_repository_operation(name)) return operation(*opened.repository, step);
  const auto operation = find_session_operation(name);
  if (!operation) return invalid(fmt::format("unknown operation {}", name));
  const std::string session = step.value("session", "");
  const auto found = opened.sessions.find(session);
  if (found == opened.sessions.end()) return invalid(fmt::format("no session '{}' is open", session));
  return operation(found->second, step);
}

Json answer(const Result<Json>& result) {
  if (result) return {{"ok", *result}};
  return {{"error", to_string(result.error().kind)}, {"message", result.error().text()}};
}

void serve() {
  Opened opened;
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << answer(run(opened, Json::parse(line))).dump() << std::endl;
  }
}

}  // namespace
}  // namespace vdp::icechunk

int main() {
  try {
    vdp::icechunk::serve();
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "bad step: " << error.what() << "\n";
    return 2;
  }
}
