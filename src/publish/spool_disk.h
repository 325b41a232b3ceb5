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

/// The files of a spool.  One thread at a time.  Throws nothing of ours: what fails is told in
/// notes(), and makes it broken(): it then takes nothing until try_again().
class SpoolDisk {
 public:
  explicit SpoolDisk(const SpoolOptions& options);
  ~SpoolDisk();
  SpoolDisk(const SpoolDisk&) = delete;
  SpoolDisk& operator=(const SpoolDisk&) = delete;

  /// Appends as many as it can; how many.
  std::size_t write(const std::deque<PushObject>& objects, Clock::time_point now);
  std::optional<PushObject> read();
  bool has_unread() const { return unread_ < next_; }
  /// False: that was known.
  bool forget(std::uint64_t number);
  /// Writes what was forgotten, removes the files that nobody needs, syncs when it is time.
  void tidy(Clock::time_point now, bool at_once);
  /// When tidy() has something to do; nothing: not before the next write.
  std::optional<Clock::time_point> due() const;

  bool broken() const { return broken_; }
  /// Of a broken one: when writing may be tried again.
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
    std::uint64_t file = 0;   // its number
    std::uint64_t first = 0;  // number of the first object that it has or will have
    std::uint64_t end = 0;    // above that of its last
    std::size_t size = 0;     // bytes
  };

  std::filesystem::path path_of(const Segment& segment) const;
  std::size_t most_of_segment() const;
  void recover();
  void recover(std::uint64_t file, const std::filesystem::path& path);
  void set_aside(const std::filesystem::path& path, const std::string& because);
  bool lock_folder();
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
  Descriptor file_;  // the last segment, while it is written to
  std::deque<Segment> segments_;
  std::uint64_t next_file_ = 1;
  std::size_t total_ = 0;
  std::uint64_t next_ = 1;            // number of the next object
  std::uint64_t forgotten_ = 0;       // all up to it
  std::uint64_t told_forgotten_ = 0;  // on disk
  std::size_t unsynced_ = 0;
  std::optional<Clock::time_point> sync_at_;
  // Where reading is: in segments_[reading_].
  std::size_t reading_ = 0;
  std::size_t offset_ = 0;
  std::uint64_t unread_ = 1;  // number of the next object to read
  std::string chunk_;
  std::size_t chunk_begin_ = 0;  // its place in the file
  bool broken_ = false;
  bool full_told_ = false;
  Clock::time_point retry_at_ = {};
  std::optional<WallClock::time_point> oldest_;  // of what was read last
  std::map<std::string, std::uint64_t> dropped_;
  std::vector<SpoolNote> notes_;
};

}  // namespace boxmeter
