// S3Upload: puts of objects, with conditions that hold even where answers are lost, and in parts where they are large.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/object_store.h"
#include "store/s3_client.h"

namespace vdp {

/// Safe from all threads. `client` must outlive it. Keys are whole; errors do not name them.
class S3Upload {
 public:
  S3Upload(S3Client& client, std::uint64_t multipart_from_bytes, std::uint64_t part_bytes)
      : client_(client), multipart_from_bytes_(multipart_from_bytes), part_bytes_(part_bytes) {}

  bool fits_one_request(std::uint64_t size) const { return size < multipart_from_bytes_; }
  /// See ObjectStore::put.
  Result<ObjectInfo> put(const std::string& key, ByteView bytes, const PutCondition& condition);

 private:
  struct Upload {
    std::string key;
    std::string id;  ///< given by the server
    std::vector<std::string> etags;
  };

  Result<ObjectInfo> put_whole(const std::string& key, ByteView bytes, const PutCondition& condition);
  Result<ObjectInfo> put_in_parts(const std::string& key, ByteView bytes, const PutCondition& condition);
  Result<Upload> begin(const std::string& key, const std::string& write_id);
  Status put_parts(Upload& upload, ByteView bytes);
  Result<ObjectInfo> complete(const Upload& upload, std::uint64_t size, const PutCondition& condition,
                              const std::string& write_id);
  void abort(const Upload& upload);

  S3Client& client_;
  const std::uint64_t multipart_from_bytes_;
  const std::uint64_t part_bytes_;
};

/// What the checksum headers hold.
std::string sha256_base64(ByteView bytes);

}  // namespace vdp
