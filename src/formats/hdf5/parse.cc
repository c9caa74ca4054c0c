#include "formats/hdf5/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "formats/hdf5/assemble.h"
#include "formats/hdf5/fetch.h"
#include "formats/hdf5/held_memory.h"
#include "formats/hdf5/inlined_chunks.h"
#include "formats/hdf5/record_length.h"
#include "formats/hdf5/shared_message.h"
#include "formats/hdf5/superblock.h"
#include "formats/memory_budget.h"

namespace vdp::hdf5 {
namespace {

/// One parse: tasks that decode objects, and what they have found so far.
class Parser {
 public:
  Parser(ByteSource& source, const ParseLimits& limits, const ReadPlan& plan)
      : source_(source), limits_(limits), plan_(plan), bytes_(source.size()), budget_(source.size()) {}

  Result<VirtualTree> run() {
    VDP_TRY(read_head());
    tasks_.push_back([this] { return decode_superblock(); });
    VDP_TRY(fetch_until_decoded(source_, bytes_, tasks_, plan_, limits_.max_metadata_bytes));
    VDP_TRY(extend_to_dimensions(graph_, budget_));
    return assemble(*file_, graph_, source_.location(), limits_, budget_);
  }

 private:
  Status read_head() {
    const ByteRange head{0, std::min({bytes_.file_size(), plan_.first_read_bytes, limits_.max_metadata_bytes})};
    if (head.length == 0) return {};
    VDP_ASSIGN(std::vector<Bytes> read, source_.read({&head, 1}));
    if (read.size() == 1) bytes_.insert(0, std::move(read.front()));
    return {};
  }

  Decoded<void> decode_superblock() {
    VDP_ASSIGN(const std::optional<std::uint64_t> offset, find_superblock(bytes_));
    if (!offset) return invalid("no HDF5 signature at offset 0, 512, 1024, ...");
    VDP_ASSIGN(const Superblock block, read_superblock(bytes_, *offset));
    FileView file(bytes_, block.geometry,
                  DecodeLimits::of_file(bytes_.file_size(), limits_.max_chunks, limits_.max_depth));
    VDP_TRY(read_extension(file, block));
    file_.emplace(file);
    btree_k_ = block.chunk_btree_k;
    graph_.root = block.root;
    return add_object(block.root);
  }

  /// Messages about the file as a whole, which versions 2 and 3 of the superblock may have.
  static Decoded<void> read_extension(FileView& file, const Superblock& block) {
    if (block.extension == undefined_address) return {};
    VDP_ASSIGN(const std::vector<Message> messages, read_object_header(file, block.extension));
    for (const Message& message : messages) {
      if (message.type == MessageType::metadata_cache_image) {
        return unsupported("a metadata cache image: the file was not closed in the ordinary way");
      }
      if (message.type == MessageType::shared_message_table) {
        VDP_ASSIGN(std::vector<SharedMessageIndex> indexes, read_shared_message_table(file, message));
        file.set_shared_message_indexes(std::move(indexes));
      }
    }
    return {};
  }

  Decoded<void> add_object(Address address) {
    if (graph_.objects.contains(address)) return {};
    if (graph_.objects.size() >= limits_.max_objects) {
      return over_limit(fmt::format("more than {} objects", limits_.max_objects));
    }
    graph_.objects[address];  // known from now on, so that it is decoded once
    tasks_.push_back([this, address] { return decode_object(address); });
    return {};
  }

  Decoded<void> decode_object(Address address) {
    Foresight foreseen;
    auto decoded = read_object(*file_, address, foreseen);
    if (!decoded) {
      if (decoded.error().is_missing()) VDP_TRY(follow(foreseen));
      if (decoded.error().is_missing() || address == graph_.root) return std::unexpected(std::move(decoded).error());
      graph_.objects[address].problem = decoded.error().error().text();
      return {};
    }
    VDP_TRY(budget_.charge(memory_of(*decoded), "the objects of the file"));
    Object& object = graph_.objects[address] = std::move(*decoded);
    if (address == graph_.root && object.kind != Object::Kind::group) return corrupt("the root object is not a group");
    for (const Link& link : object.links) {
      if (link.kind == Link::Kind::hard) VDP_TRY(add_object(link.address));
    }
    if (object.dataset) {
      graph_.contents[address];
      tasks_.push_back([this, address] { return decode_contents(address); });
    }
    return {};
  }

  /// Has what depends on an unfinished object ask for its bytes in the same round.
  Decoded<void> follow(const Foresight& foreseen) {
    for (const Address child : foreseen.children) VDP_TRY(add_object(child));
    // Only what is missed counts here: the values are decoded once the object is complete.
    if (foreseen.dataset) (void)read_contents(*foreseen.dataset);
    return {};
  }

  Decoded<void> decode_contents(Address address) {
    auto contents = read_contents(*graph_.objects[address].dataset);
    if (contents) {
      VDP_TRY(budget_.charge(memory_of(*contents), "the chunks of the file"));
      graph_.contents[address] = std::move(*contents);
      return {};
    }
    if (contents.error().is_missing()) return missing();
    graph_.contents[address].problem = contents.error().error().text();
    return {};
  }

  Decoded<DatasetContents> read_contents(const DatasetHeader& dataset) const {
    DatasetContents contents;
    if (dataset.layout.kind == Layout::Kind::chunked) {
      VDP_ASSIGN(contents.chunks, read_chunk_index(*file_, dataset, btree_k_));
    }
    if (!dataset.type.is_variable_text()) {
      if (must_be_inlined(dataset, contents.chunks)) {
        VDP_ASSIGN(contents.inlined, read_inlined_chunks(*file_, dataset, contents.chunks));
      }
      return contents;
    }
    VDP_ASSIGN(contents.string_fill, read_string_fill(*file_, dataset));
    VDP_ASSIGN(contents.strings, read_string_chunks(*file_, dataset, contents.chunks));
    return contents;
  }

  ByteSource& source_;
  const ParseLimits& limits_;
  const ReadPlan& plan_;
  SparseBytes bytes_;
  std::deque<DecodeTask> tasks_;
  std::optional<FileView> file_;  ///< once the superblock is decoded
  std::uint16_t btree_k_ = 0;
  MemoryBudget budget_;
  ObjectGraph graph_;
};

}  // namespace

Result<VirtualTree> parse(ByteSource& source, const ParseLimits& limits, const ReadPlan& plan) {
  return Parser(source, limits, plan).run();
}

Result<VirtualTree> parse(ByteSource& source, const ParseLimits& limits) {
  return parse(source, limits, source.read_plan());
}

}  // namespace vdp::hdf5
