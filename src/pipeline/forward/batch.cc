#include "pipeline/forward/batch.h"

#include <algorithm>

namespace vdp {

Batch::Batch(std::span<const Delivery> deliveries) {
  for (const Delivery& delivery : deliveries) {
    for (const FileRequest& request : delivery.open) add(request);
  }
}

bool Batch::has_removals() const { return std::ranges::any_of(files_, &FileRequest::removed); }

void Batch::add(const FileRequest& request) {
  const auto [entry, is_new] = index_by_uri_.emplace(request.granule.uri, files_.size());
  if (is_new) {
    files_.push_back(request);
    return;
  }
  FileRequest& file = files_[entry->second];
  file.removed = file.removed || request.removed;
  if (file.granule == request.granule) return;
  file.granule.size = 0;
  file.granule.etag.clear();
  file.granule.last_modified_us = 0;
}

}  // namespace vdp
