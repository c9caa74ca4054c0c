// Batch: what one commit covers. Each file once, however many messages name it.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "pipeline/forward/delivery.h"

namespace vdp {

class Batch {
 public:
  explicit Batch(std::span<const Delivery> deliveries);

  /// In the order in which the messages name them. Messages come in no order: where they do not agree on a file's
  /// version none of them is believed, and a file that one of them says is gone must be looked for.
  const std::vector<FileRequest>& files() const { return files_; }
  bool has_removals() const;
  /// Where the file of a message's request is among them.
  std::size_t index_of(const FileRequest& request) const { return index_by_uri_.at(request.granule.uri); }

 private:
  void add(const FileRequest& request);

  std::vector<FileRequest> files_;
  std::map<std::string, std::size_t> index_by_uri_;
};

}  // namespace vdp
