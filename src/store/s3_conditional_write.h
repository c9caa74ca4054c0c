// One logical write of S3 with a condition, over all its attempts.
#pragma once

#include <functional>
#include <string>

#include "store/object_store.h"
#include "store/s3_client.h"

namespace vdp {

/// The metadata that marks whose write made an object.
inline constexpr const char* write_id_header = "x-amz-meta-vdp-write-id";

/// A new id for one logical write.
std::string make_write_id(Random& random);

/// The headers that state a condition.
void add_condition(HttpHeaders& headers, const PutCondition& condition);

/// What is written, whichever request does it: a PUT, or the completion of an upload in parts.
struct ConditionalWrite {
  S3Request request;  ///< `may_have_effect`; states the condition; the object carries the id
  PutCondition condition;
  std::string write_id;
  std::uint64_t size = 0;  ///< of the object
};

/// Sends the request until it is known what became of it. Errors: `conflict` (the condition did not hold, and no
/// attempt landed), `outcome_unknown`, and whatever the server refuses it with.
///
/// An attempt can land whose answer is lost, and it can land late, when the next one is under way. All attempts carry
/// the same id and the same condition, of which at most one can find it true; and the object that is there afterwards
/// tells by its id whether that was one of them. Only a write of somebody else on top of ours hides it.
Result<ObjectInfo> write_conditionally(S3Client& client, const ConditionalWrite& write);

/// The version that a successful write made, from its answer; its time is the answer's.
Result<ObjectInfo> written_object(const HttpResponse& response, std::uint64_t size);

}  // namespace vdp
