#include "icechunk/trials/bank.h"

#include <fmt/format.h>

#include <cstring>
#include <utility>

#include "icechunk/repo/test_repository.h"

namespace vdp::icechunk {
namespace {

const std::string accounts_path = "/accounts";
const std::string pockets_path = "/pockets";
const std::string vault_path = "/vault";
const std::string transfers_path = "/transfers";
constexpr std::size_t native_size = 600;  // above the threshold for inlined chunks
constexpr std::size_t inline_size = 24;

/// As the zarr codec crc32c does it: bytes that were garbled on the way are an error and no number.
std::uint64_t checksum(std::int64_t value, std::uint64_t cell) {
  return (static_cast<std::uint64_t>(value) ^ cell << 32 ^ 0x9e3779b97f4a7c15) * 0xff51afd7ed558ccd;
}

Bytes encode(std::int64_t value, std::uint64_t cell) {
  Bytes bytes(cell % 2 == 0 ? native_size : inline_size, static_cast<std::uint8_t>(cell));
  const std::uint64_t sum = checksum(value, cell);
  std::memcpy(bytes.data(), &value, sizeof value);
  std::memcpy(bytes.data() + sizeof value, &sum, sizeof sum);
  return bytes;
}

Result<std::int64_t> decode(const Bytes& bytes, std::uint64_t cell) {
  std::int64_t value = 0;
  std::uint64_t sum = 0;
  if (bytes.size() >= inline_size) {
    std::memcpy(&value, bytes.data(), sizeof value);
    std::memcpy(&sum, bytes.data() + sizeof value, sizeof sum);
    if (sum == checksum(value, cell)) return value;
  }
  return corrupt(fmt::format("cell {}: {} bytes that are not what was written", cell, bytes.size()));
}

}  // namespace

Status Bank::open(Session& session) const {
  VDP_TRY(session.set_group("/", zarr::zarr_json_group(Json::object())));
  VDP_TRY(make_array(session, accounts_path, account_count, first_balance));
  for (const std::string& path : {pockets_path, vault_path, transfers_path}) {
    VDP_TRY(make_array(session, path, writers_, 0));
  }
  return {};
}

Status Bank::transfer(Session& session, std::uint64_t writer, std::uint64_t from, std::uint64_t to,
                      std::int64_t amount) const {
  VDP_TRY(add(session, accounts_path, from, -amount));
  VDP_TRY(add(session, accounts_path, to, amount));
  return add(session, transfers_path, writer, 1);
}

Status Bank::deposit(Session& session, std::uint64_t writer, std::int64_t amount) const {
  VDP_TRY(add(session, pockets_path, writer, -amount));
  VDP_TRY(add(session, vault_path, writer, amount));
  return add(session, transfers_path, writer, 1);
}

Status Bank::empty_vault(Session& session, std::uint64_t writer) const {
  std::int64_t content = 0;
  for (std::uint64_t i = 0; i < writers_; ++i) {
    VDP_ASSIGN(const std::int64_t part, read_cell(session, vault_path, i));
    content += part;
  }
  VDP_TRY(session.delete_node(vault_path));
  VDP_TRY(make_array(session, vault_path, writers_, 0));
  VDP_TRY(add(session, accounts_path, 0, content));
  return add(session, transfers_path, writer, 1);
}

Result<Bank::Balances> Bank::read(const Session& session, const std::function<void()>& pause) const {
  Balances balances;
  for (const auto& [path, cells] :
       {std::pair(accounts_path, account_count), {pockets_path, writers_}, {vault_path, writers_}}) {
    for (std::uint64_t i = 0; i < cells; ++i) {
      VDP_ASSIGN(const std::int64_t value, read_cell(session, path, i));
      balances.sum += value;
    }
    pause();
  }
  for (std::uint64_t i = 0; i < writers_; ++i) {
    VDP_ASSIGN(const std::int64_t value, read_cell(session, transfers_path, i));
    balances.transfers.push_back(value);
  }
  return balances;
}

Status Bank::make_array(Session& session, const std::string& path, std::uint64_t cells, std::int64_t value) const {
  VDP_TRY(session.set_array(path, int32_array({cells}, {1})));
  for (std::uint64_t i = 0; i < cells; ++i) VDP_TRY(write_cell(session, path, i, value));
  return {};
}

Status Bank::add(Session& session, const std::string& path, std::uint64_t cell, std::int64_t amount) const {
  VDP_ASSIGN(const std::int64_t value, read_cell(session, path, cell));
  return write_cell(session, path, cell, value + amount);
}

Result<std::int64_t> Bank::read_cell(const Session& session, const std::string& path, std::uint64_t cell) const {
  VDP_ASSIGN(const std::optional<Bytes> bytes, session.read_chunk(path, {cell}));
  if (!bytes) return not_found(fmt::format("{}: no cell {}", path, cell));
  VDP_ASSIGN_IN(path, const std::int64_t value, decode(*bytes, cell));
  return value;
}

Status Bank::write_cell(Session& session, const std::string& path, std::uint64_t cell, std::int64_t value) const {
  return session.set_chunk(path, {cell}, encode(value, cell));
}

}  // namespace vdp::icechunk
