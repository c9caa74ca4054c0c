// The actors of a simulation: each is the body of one VirtualTime actor, and a process of its own.
#pragma once

#include "icechunk/trials/process.h"

namespace vdp::icechunk {

struct WriterOptions {
  std::uint64_t transfers = 6;
  std::int64_t longest_pause_us = 60 * minute_us;    ///< between two transfers
  std::int64_t longest_thought_us = 10 * minute_us;  ///< within one session
};

// Process numbers also name the writers.

/// Makes transfers on main, each until it knows that it landed. A conflict is settled by replay on the new tip.
void write_transfers(World& world, std::uint64_t number, const WriterOptions& options);

/// Makes a branch at main's tip, two transfers there, and main is reset to them, if it is still where they began.
void promote_branches(World& world, std::uint64_t number, const WriterOptions& options);

/// Transfers that have nothing in common with those of others, rebased where main has moved.
void make_deposits(World& world, std::uint64_t number, const WriterOptions& options);

/// Takes out what others put into the vault: deletes an array, and makes another in its place.
void empty_vaults(World& world, std::uint64_t number, const WriterOptions& options);

// These go on as long as somebody writes.

void expire_now_and_then(World& world, std::uint64_t number);
void collect_now_and_then(World& world, std::uint64_t number);
void tag_now_and_then(World& world, std::uint64_t number);
void read_now_and_then(World& world, std::uint64_t number);

}  // namespace vdp::icechunk
