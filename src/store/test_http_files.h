// HttpFiles: the objects of a store behind an HTTP server with index pages, for tests.
#pragma once

#include <string>

#include "net/test_server.h"
#include "store/object_store.h"

namespace vdp {

/// What servers do differently.
struct HttpHabits {
  bool knows_ranges = true;
  bool knows_conditions = true;
  bool has_etags = true;
  bool has_weak_etags = false;
  bool has_times = true;
};

class HttpFiles {
 public:
  explicit HttpFiles(ObjectStorePtr files, HttpHabits habits = {});

  TestServer& server() { return server_; }

 private:
  TestReply answer(const std::string& request);
  TestReply answer_index(const std::string& folder);
  TestReply answer_object(const std::string& request, const ObjectData& object);

  const ObjectStorePtr files_;
  const HttpHabits habits_;
  TestServer server_;
};

}  // namespace vdp
