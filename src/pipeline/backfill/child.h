// Child: what one worker made of its items, as a file that the reduce takes.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/json.h"
#include "icechunk/repo/fork.h"
#include "pipeline/native_rows.h"
#include "pipeline/outcome.h"
#include "pipeline/provenance.h"

namespace vdp::backfill {

/// What became of one item. Its references are in the fork, all else that it brings is here: it goes into chunks that
/// workers share.
struct ChildGranule {
  std::uint64_t index = 0;  ///< of the item
  Outcome::Kind kind = Outcome::Kind::rejected;
  std::string reason;  ///< of a rejected one
  std::vector<std::string> notes;
  std::uint64_t refs = 0;
  // Of written and replaced ones:
  SlotBox box;
  std::string record;                          ///< see encode_record
  std::map<std::string, NativeValues> values;  ///< of native variables
  Json attributes = Json::object();            ///< of the file's group

  bool is_placed() const { return kind == Outcome::Kind::written || kind == Outcome::Kind::replaced; }
};

struct Child {
  std::string plan;
  std::uint64_t partition = 0;
  std::vector<ChildGranule> granules;
  icechunk::Fork changes;  ///< its base is that of the partition's fork

  std::uint64_t rejected() const;
};

/// The file: its bytes are described in child.cc.
Bytes encode_child(const Child& child);
/// `corrupt` for what was damaged, cut off or lengthened: a hash over the whole file tells. Beyond that nothing in it
/// is trusted; whether it belongs to a partition is for the reduce to ask.
Result<Child> decode_child(ByteView file);

}  // namespace vdp::backfill
