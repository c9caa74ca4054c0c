// Objects in a bucket of S3, or of a server that speaks its protocol.
#pragma once

#include <cstdint>
#include <string>

#include "store/access.h"
#include "store/object_store.h"
#include "store/s3_client.h"

namespace vdp {

struct S3StoreOptions {
  S3Location location;
  S3Bucket bucket;
  S3ClientOptions client;
  HttpExchangeParts exchange;
  std::uint64_t multipart_from_bytes = 100ULL << 20;  ///< larger objects are put in parts
  std::uint64_t part_bytes = 32ULL << 20;             ///< at least 5 MiB (but for the last), a rule of S3's
};

/// Every put with a condition carries an id of its own in the object's metadata. Where an answer was lost, or a
/// condition fails after an attempt of which nothing is known, the object that is there is asked for its id: so
/// `conflict` means that nothing of ours landed, and a put that did land is never reported as failed while it can be
/// seen. `outcome_unknown`: it may have landed and been replaced since, or the object could not be read.
///
/// Times are those of the server, to the second. Keys have at most 1,024 bytes with the prefix.
ObjectStorePtr make_s3_store(S3StoreOptions options);

/// Where the bucket of "s3://bucket/prefix/" is, as this machine sees it: what `access` leaves open is taken from the
/// environment and AWS's shared files.
Result<aws::S3Place> s3_place_of(const std::string& url, const StoreAccess& access);
/// What `access` means for the store of that URL.
Result<S3StoreOptions> s3_store_options(const std::string& url, const StoreAccess& access);

/// The store of "s3://bucket/prefix/", with what `access` leaves open taken from the environment and AWS's shared
/// files.
Result<ObjectStorePtr> open_s3_store(const std::string& url, const StoreAccess& access);

}  // namespace vdp
