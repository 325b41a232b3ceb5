#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "publish/queue.h"

namespace boxmeter {

struct SpoolOptions {
  std::filesystem::path folder = {};  // not shared with other spools
  std::string format = {};       // of the objects; files of another one are set aside (*.aside)
  std::size_t max = 256U << 20;  // bytes on disk; above it the oldest segment is dropped
  std::size_t max_memory = 16U << 20;      // bytes that wait to be written; above it the oldest go
  std::size_t segment = 8U << 20;          // bytes of one file, at most an eighth of `max`
  std::size_t sync_bytes = 1U << 20;       // fsync after so many bytes,
  std::chrono::milliseconds sync{1'000};   // or after this time
  std::chrono::milliseconds retry{5'000};  // wait after a failed write
  // How long the one that had the folder before may still end (a sink that a reload removed, a
  // boxmeter that stops) until it is called another boxmeter.
  std::chrono::milliseconds handover{2'000};
};

/// A line for the log: a warning, or, if `good`, the end of one.
struct SpoolNote {
  bool good = false;
  std::string text = {};
};

struct SpoolStatus {
  std::size_t objects = 0;                            // undelivered ones, on disk and in memory
  std::size_t bytes = 0;                              // of the files, and of what is in memory
  std::optional<WallClock::time_point> oldest = {};   // answered then: of the object read last
  std::map<std::string, std::uint64_t> dropped = {};  // by reason: spool_full, queue_full, damaged
};

/// A bounded queue on disk of what a sink has not delivered yet, which survives restarts, crashes
/// and power cuts.  It consists of files ("segments") of records with checksums, in a folder that
/// is made with mode 0700 if it is missing.  What add() is given is written by a thread within
/// moments, and survives a power cut after the next fsync: `sync` or `sync_bytes` later at most,
/// while the disk can be written.  Objects are read with read() and removed with forget(); after a
/// restart those that were read but not removed come again, so delivery of what is on disk is at
/// least once. If the disk cannot be written (full, broken, used by another boxmeter), take_notes()
/// says so, and objects are kept in memory, in bounds, until it can.  Any thread.  Never throws
/// Error.
class Spool {
 public:
  /// Reads what an earlier run left.  `written` is called when there is something new to read: by
  /// the writer's thread, and by that of add() while writing fails.
  Spool(SpoolOptions options, std::function<void()> written);
  /// close()
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  /// Does not wait for the disk.
  void add(std::vector<PushObject> objects);
  /// The next object, with its `number`; nullopt if all were read, or if the writer is busy and
  /// `written` follows.  Objects that are in memory because writing fails are returned only with
  /// `also_memory` (with number 0: the spool no longer has them): otherwise they stay, to be
  /// written later.
  std::optional<PushObject> read(bool also_memory);
  /// Removes the objects up to and including that number: they were delivered or dropped.
  void forget(std::uint64_t number);
  /// Writes and syncs everything, and ends the writer's thread; returns how many objects could not
  /// be written.  What is added later is not written.
  std::size_t close();
  /// Sets other bounds, in bytes; that of the files holds from the next write on.
  void limit(std::size_t max, std::size_t max_memory);

  SpoolStatus status() const;
  /// The lines for the log since the last call.
  std::vector<SpoolNote> take_notes();

 private:
  struct Disk;
  void run();
  void wait(std::unique_lock<std::mutex>& lock, std::optional<Clock::time_point> until);
  bool put_back(std::deque<PushObject> batch);
  void bound_memory();

  const SpoolOptions options_;
  const std::function<void()> written_;
  mutable std::mutex mutex_;  // guards what was added and not written; never taken inside disk_'s
  std::condition_variable given_;
  std::deque<PushObject> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::size_t max_memory_;
  std::uint64_t overflow_ = 0;
  bool forgot_ = false;
  bool writing_ = false;  // the writer has taken everything from waiting_
  std::size_t writing_objects_ = 0;
  bool stuck_ = false;        // writing fails
  std::uint64_t writes_ = 0;  // finished passes of the writer
  bool ending_ = false;
  std::unique_ptr<Disk> disk_;
  std::thread writer_;  // last: it uses all of the above
};

}  // namespace boxmeter
