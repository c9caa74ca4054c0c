// The embedded durable queue: one SQLite file that any number of threads and processes of one machine share.
#pragma once

#include <string>

#include "queue/queue.h"

namespace vdp {

/// Opens the queue in the file `path`, which is created, with its parent folders, where there is none.
///
/// What is promised beyond Queue:
/// - What send(), remove(), bury() and redrive() have answered survives a crash of the process or of the machine (WAL,
///   synchronous=FULL: one fsync a call, however many messages the call is for).
/// - Messages are delivered in the order of sending. A message that comes back keeps its place, so that what a killed
///   consumer held is delivered before what was sent later. A redriven message is sent anew, at the end.
/// - What a dead consumer held comes back at once. Each opened queue is a *holder*, with a number of its own that is
///   never used again, and for its life it locks the byte of that number in the file `path` + "-holders" (an OFD lock,
///   which the kernel drops when the process ends, however it ends). receive(), depth() and dead_letters() give back
///   the messages of every holder whose byte is unlocked, without waiting for their visibility timeouts. Closing the
///   queue gives its messages back too. Such a delivery counts as one towards `max_receives`, as every delivery does.
/// - receive(), extend(), remove() and send() take time by the messages that they are for, not by those in the queue.
///
/// Not for network file systems (SQLite's WAL needs shared memory), and not to be used on both sides of a fork().
///
/// Errors, each with the path and what was tried: `corrupt` for what is no SQLite database or a damaged one,
/// `unsupported` for another program's database or another version's, `transient` where the file stayed locked for
/// 30 s or its disk is full, `denied` where it cannot be opened or written, `outcome_unknown` where the disk failed
/// during a commit.
Result<QueuePtr> open_sqlite_queue(const std::string& path, QueueOptions options = {});

}  // namespace vdp
