// The file that an inventory is read from, and those beside it that it names.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "store/access.h"
#include "store/object_store.h"

namespace vdp {

class InventoryFile {
 public:
  /// Nothing is read yet. `invalid` for a location without a name.
  static Result<InventoryFile> at(const std::string& location, const StoreAccess& access);

  /// The bytes, unpacked where the name ends in ".gz". `limit` beyond `max_bytes`.
  Result<Bytes> read(std::uint64_t max_bytes) const;
  /// A file of the same inventory: the key of the bucket that it was delivered to, or where this file is no object of a
  /// bucket, because it was copied from there, the file of that name in the folder "data" beside its own.
  Result<InventoryFile> named(const std::string& bucket, const std::string& key) const;
  const std::string& name() const { return name_; }

 private:
  InventoryFile(ObjectStorePtr folder, std::string name, StoreAccess access)
      : folder_(std::move(folder)), name_(std::move(name)), access_(std::move(access)) {}

  ObjectStorePtr folder_;
  std::string name_;
  StoreAccess access_;
};

}  // namespace vdp
