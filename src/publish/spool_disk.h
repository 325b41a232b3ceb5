#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.h"
#include "publish/queue.h"
#include "publish/spool.h"
#include "publish/spool_record.h"

namespace boxmeter {

/// The files of a spool.  One thread at a time.  Never throws Error: a failure adds a line to
/// notes() and makes it broken(): nothing is written then until retry_at() or try_again().
class SpoolDisk {
 public:
  SpoolDisk(const SpoolOptions& options, Clock::time_point now);
  ~SpoolDisk();
  SpoolDisk(const SpoolDisk&) = delete;
  SpoolDisk& operator=(const SpoolDisk&) = delete;

  /// Appends objects; returns how many could be written.
  std::size_t write(const std::deque<PushObject>& objects, Clock::time_point now);
  std::optional<PushObject> read();
  bool has_unread() const { return unread_ < next_; }
  /// Marks the objects up to and including that number as delivered; false: they were already.
  bool forget(std::uint64_t number);
  /// Records on disk what was forgotten, removes files that are not needed, syncs if it is time
  /// (`at_once`: always).
  void tidy(Clock::time_point now, bool at_once);
  /// When tidy() has something to do; nullopt: not before the next write.
  std::optional<Clock::time_point> due() const;

  bool broken() const { return broken_; }
  /// When writing may be tried again, if it is broken().
  Clock::time_point retry_at() const { return retry_at_; }
  void try_again() { retry_at_ = {}; }
  void limit(std::size_t max) { options_.max = max; }

  std::size_t objects() const { return static_cast<std::size_t>(next_ - 1 - forgotten_); }
  std::size_t bytes() const { return total_; }
  std::optional<WallClock::time_point> oldest() const { return oldest_; }
  std::map<std::string, std::uint64_t>& dropped() { return dropped_; }
  std::vector<SpoolNote>& notes() { return notes_; }

 private:
  struct Segment {
    std::uint64_t file = 0;   // number in its file name
    std::uint64_t first = 0;  // number of the first object that it has or will have
    std::uint64_t end = 0;    // number after that of its last object
    std::size_t size = 0;     // bytes
  };

  std::filesystem::path path_of(const Segment& segment) const;
  std::size_t most_of_segment() const;
  void recover(Clock::time_point now);
  void recover(std::uint64_t file, const std::filesystem::path& path);
  void set_aside(const std::filesystem::path& path, const std::string& because);
  bool lock_folder(Clock::time_point now);
  bool open_segment(Clock::time_point now);
  void close_segment();
  bool append(const std::string& text, Clock::time_point now);
  void make_room(std::size_t more);
  void drop_front();
  void enter_next();
  bool load(const Segment& segment);
  void sync(Clock::time_point now);
  void fail(const std::string& what, Clock::time_point now);
  void note(bool good, std::string text);

  SpoolOptions options_;
  Descriptor lock_;
  Descriptor file_;  // the last segment, open for writing
  std::deque<Segment> segments_;
  std::uint64_t next_file_ = 1;
  std::size_t total_ = 0;
  std::uint64_t next_ = 1;            // number of the next object
  std::uint64_t forgotten_ = 0;       // up to and including this number
  std::uint64_t told_forgotten_ = 0;  // the same, as recorded on disk
  std::size_t unsynced_ = 0;
  std::optional<Clock::time_point> sync_at_;
  // The position of reading, in segments_[reading_].
  std::size_t reading_ = 0;
  std::size_t offset_ = 0;
  std::uint64_t unread_ = 1;  // number of the next object to read
  std::string chunk_;
  std::size_t chunk_begin_ = 0;  // the offset of chunk_ in the file
  bool broken_ = false;
  bool told_ = false;  // that it is broken_
  std::optional<Clock::time_point> locked_out_at_;
  bool full_told_ = false;
  Clock::time_point retry_at_ = {};
  std::optional<WallClock::time_point> oldest_;  // time of the object that was read last
  std::map<std::string, std::uint64_t> dropped_;
  std::vector<SpoolNote> notes_;
};

}  // namespace boxmeter
