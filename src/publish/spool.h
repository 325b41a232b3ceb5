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
  std::filesystem::path folder = {};       // of this spool alone
  std::string format = {};                 // of the objects: another one's are not delivered
  std::size_t max = 256U << 20;            // bytes on disk; the oldest segment goes beyond
  std::size_t max_memory = 16U << 20;      // bytes while the disk takes nothing
  std::size_t segment = 8U << 20;          // bytes of one file, at most an eighth of `max`
  std::size_t sync_bytes = 1U << 20;       // fsync after so many bytes,
  std::chrono::milliseconds sync{1'000};   // or after this time
  std::chrono::milliseconds retry{5'000};  // of a disk that took nothing
};

/// A line for the log.
struct SpoolNote {
  bool good = false;
  std::string text = {};
};

struct SpoolStatus {
  std::size_t objects = 0;  // that wait: on disk, and in memory
  std::size_t bytes = 0;    // of the files, and of what is in memory
  std::optional<WallClock::time_point> oldest = {};
  std::map<std::string, std::uint64_t> dropped = {};  // by reason: spool_full, queue_full, damaged
};

/// What a sink has not delivered yet, on disk: first in, first out, bounded, over restarts, crashes
/// and the loss of power.  Files ("segments") of records with checksums, in a folder of mode 0700.
/// What was given to add() is written by a thread of ours within moments, and is safe from the loss
/// of power after an fsync: `sync` or `sync_bytes` later at most.  read() gives what comes next,
/// and what is below forget() is gone; what was read and not forgotten comes again after a restart,
/// so delivery is at least once.  A disk that takes nothing (full, broken, used by another
/// boxmeter) is told, and memory takes its place until it does.  Any thread.  Throws nothing of
/// ours.
class Spool {
 public:
  /// Reads what an earlier run left.  `written` is called when there is something to read, by the
  /// thread that writes.
  Spool(SpoolOptions options, std::function<void()> written);
  /// close()
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  /// Never waits for the disk.
  void add(std::vector<PushObject> objects);
  /// The next object in order, with its `number`; nothing when all has been read.  What is in
  /// memory because the disk takes nothing is read only with `also_memory`: until then it may yet
  /// be written.
  std::optional<PushObject> read(bool also_memory);
  /// Objects up to and with that number have been delivered, or given up.
  void forget(std::uint64_t number);
  /// Writes and syncs what is left, and the last of what was forgotten; how many objects could not
  /// be written.  What comes later is not.
  std::size_t close();
  /// Other bounds.
  void limit(std::size_t max, std::size_t max_memory);

  SpoolStatus status() const;
  /// What there is to tell since the last call.
  std::vector<SpoolNote> take_notes();

 private:
  struct Disk;
  void run();
  void wait(std::unique_lock<std::mutex>& lock, std::optional<Clock::time_point> until);
  bool put_back(std::deque<PushObject> batch);
  void bound_memory();

  const SpoolOptions options_;
  const std::function<void()> written_;
  mutable std::mutex mutex_;  // guards what is given and not written; before disk_'s
  std::condition_variable given_;
  std::deque<PushObject> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::size_t max_memory_;
  std::uint64_t overflow_ = 0;
  bool forgot_ = false;
  bool writing_ = false;  // the writer has taken all that waited
  std::size_t writing_objects_ = 0;
  bool stuck_ = false;        // the disk takes nothing
  std::uint64_t writes_ = 0;  // passes of the writer
  bool ending_ = false;
  std::unique_ptr<Disk> disk_;
  std::thread writer_;  // last: it uses all of the above
};

}  // namespace boxmeter
