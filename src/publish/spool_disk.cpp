#include "publish/spool_disk.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/number.h"
#include "base/text.h"

namespace boxmeter {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kExtension = ".segment";
constexpr std::size_t kChunk = 1U << 20;
constexpr std::size_t kHeadRoom = 64;  // for the head of a segment
constexpr std::chrono::milliseconds kHandoverRetry{100};

std::string why() { return std::generic_category().message(errno); }

}  // namespace

SpoolDisk::SpoolDisk(const SpoolOptions& options, Clock::time_point now) : options_(options) {
  if (lock_folder(now)) recover(now);
}

SpoolDisk::~SpoolDisk() { close_segment(); }

fs::path SpoolDisk::path_of(const Segment& segment) const {
  std::string number = std::to_string(segment.file);
  number.insert(0, number.size() < 12 ? 12 - number.size() : 0, '0');
  return options_.folder / (number + std::string(kExtension));
}

std::size_t SpoolDisk::most_of_segment() const {
  return std::max<std::size_t>(std::min(options_.segment, options_.max / 8), 1);
}

/// Creates the folder if needed, and locks it: two boxmeters with one state_dir would deliver each
/// other's objects.
bool SpoolDisk::lock_folder(Clock::time_point now) {
  try {
    make_folders(options_.folder);
  } catch (const Error& error) {
    fail(error.what(), now);
    return false;
  }
  const fs::path path = options_.folder / "lock";
  lock_.reset(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock_.is_open()) {
    fail("cannot open '" + path.string() + "': " + why(), now);
    return false;
  }
  if (::flock(lock_.get(), LOCK_EX | LOCK_NB) == 0) return true;
  lock_.reset();
  if (!locked_out_at_) locked_out_at_ = now;
  if (now < *locked_out_at_ + options_.handover) {
    broken_ = true;
    retry_at_ = now + kHandoverRetry;
  } else {
    fail("'" + options_.folder.string() + "' is used by another boxmeter", now);
  }
  return false;
}

void SpoolDisk::recover(Clock::time_point now) {
  std::map<std::uint64_t, fs::path> files;
  try {
    for (const fs::path& path : list_folder(options_.folder)) {
      const auto number = parse_integer<std::uint64_t>(path.stem().string());
      if (number && path.extension() == kExtension) files.emplace(*number, path);
    }
  } catch (const Error& error) {
    fail(error.what(), now);
  }
  for (const auto& [number, path] : files) recover(number, path);
  next_ = std::max(next_, forgotten_ + 1);
  forgotten_ = std::max(forgotten_, unread_ - 1);
  unread_ = std::max(unread_, forgotten_ + 1);
  told_forgotten_ = forgotten_;
  if (objects() > 0)
    note(true, counted(objects(), "object", "objects") + " of an earlier run wait in '" +
                   options_.folder.string() + "'");
}

/// Renames a file that cannot be used, so that it does not keep boxmeter from starting.
void SpoolDisk::set_aside(const fs::path& path, const std::string& because) {
  const fs::path aside = path.string() + ".aside";
  const bool moved = ::rename(path.c_str(), aside.c_str()) == 0;
  note(false, "'" + path.string() + "' " + because + ": not delivered, " +
                  (moved ? "kept as '" + aside.filename().string() + "'" : "left where it is"));
}

void SpoolDisk::recover(std::uint64_t file, const fs::path& path) {
  next_file_ = std::max(next_file_, file + 1);
  std::string text;
  try {
    text = read_file(path, std::size_t{4} << 30);
  } catch (const Error& error) {
    return set_aside(path, std::string("cannot be read (") + error.what() + ")");
  }
  const std::string head = spool_head(options_.format);
  if (text.size() < head.size() && head.starts_with(text)) {
    ::unlink(path.c_str());  // boxmeter ended while creating it
    return;
  }
  if (!text.starts_with(head))
    return set_aside(path, "is of another version or format of boxmeter, or damaged");
  Segment segment{.file = file, .first = next_, .end = next_};
  std::size_t end = head.size(), damaged = 0;
  bool is_first = true;
  while (auto record = next_record(text, end)) {
    damaged += record->begin - end;
    end = record->end;
    if (record->type == SpoolRecord::Type::forgotten) {
      forgotten_ = std::max(forgotten_, record->number);
      continue;
    }
    if (std::exchange(is_first, false)) segment.first = record->number;
    if (next_ == 1) unread_ = record->number;  // objects before it were removed
    next_ = segment.end = record->number + 1;
  }
  if (damaged > 0)
    note(false, "'" + path.string() + "' is damaged: " + std::to_string(damaged) +
                    " bytes are skipped, the rest is delivered");
  if (end < text.size()) {
    note(false, "the last " + std::to_string(text.size() - end) + " bytes of '" + path.string() +
                    "' are not whole (boxmeter or the machine ended while they were written): cut");
    (void)!::truncate(path.c_str(), static_cast<off_t>(end));
  }
  segment.size = end;
  total_ += end;
  if (segments_.empty()) offset_ = head.size();
  segments_.push_back(segment);
}

std::size_t SpoolDisk::write(const std::deque<PushObject>& objects, Clock::time_point now) {
  if (broken_ && now < retry_at_) return 0;
  if (!lock_.is_open()) {
    if (!lock_folder(now)) return 0;
    recover(now);
  }
  const std::size_t most_at_once = std::min(kChunk / 4, most_of_segment());
  std::size_t written = 0;
  while (written < objects.size()) {
    std::string text;
    std::uint64_t number = next_;
    std::size_t count = 0;
    for (; written + count < objects.size() && text.size() < most_at_once; ++count)
      append_record({.number = number++, .object = objects[written + count]}, text);
    make_room(text.size() + kHeadRoom);
    const bool is_full = file_.is_open() &&
                         segments_.back().size + text.size() > most_of_segment() &&
                         segments_.back().end > segments_.back().first;
    if (is_full) {
      sync(now);
      close_segment();
    }
    if (!file_.is_open() && !open_segment(now)) break;
    if (!append(text, now)) break;
    next_ = segments_.back().end = number;
    written += count;
    broken_ = false;
    if (std::exchange(told_, false)) note(true, "the spool is written again");
  }
  return written;
}

bool SpoolDisk::open_segment(Clock::time_point now) {
  const Segment segment{.file = next_file_, .first = next_, .end = next_};
  const fs::path path = path_of(segment);
  file_.reset(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600));
  if (!file_.is_open()) {
    if (errno == EEXIST) ++next_file_;
    fail("cannot make '" + path.string() + "': " + why(), now);
    return false;
  }
  ++next_file_;
  segments_.push_back(segment);
  std::string head = spool_head(options_.format);
  if (segments_.size() == 1) {
    reading_ = 0;
    offset_ = head.size();
    chunk_.clear();
  }
  if (forgotten_ > 0)
    append_record({.type = SpoolRecord::Type::forgotten, .number = forgotten_}, head);
  if (append(head, now) && sync_folder(options_.folder)) {
    told_forgotten_ = forgotten_;
    return true;
  }
  if (!broken_) fail("cannot sync '" + options_.folder.string() + "': " + why(), now);
  ::unlink(path.c_str());
  close_segment();
  total_ -= segments_.back().size;
  segments_.pop_back();
  return false;
}

void SpoolDisk::close_segment() { file_.reset(); }

/// All of it or nothing.
bool SpoolDisk::append(const std::string& text, Clock::time_point now) {
  Segment& segment = segments_.back();
  if (write_all(file_.get(), text)) {
    segment.size += text.size();
    total_ += text.size();
    unsynced_ += text.size();
    if (!sync_at_) sync_at_ = now + options_.sync;
    return true;
  }
  fail("cannot write '" + path_of(segment).string() + "': " + why(), now);
  // If the incomplete rest cannot be cut off, the segment is closed: readers skip it at the end.
  if (::ftruncate(file_.get(), static_cast<off_t>(segment.size)) != 0) close_segment();
  return false;
}

/// Drops the oldest segments, but not the one that is being written.
void SpoolDisk::make_room(std::size_t more) {
  if (total_ + more <= options_.max) return;
  if (segments_.size() == 1) close_segment();
  while (!segments_.empty() && total_ + more > options_.max &&
         (segments_.size() > 1 || !file_.is_open()))
    drop_front();
}

void SpoolDisk::drop_front() {
  const Segment& front = segments_.front();
  const std::uint64_t from = std::max(front.first, unread_);
  if (front.end > from) {
    dropped_["spool_full"] += front.end - from;
    if (!std::exchange(full_told_, true))
      note(false, "the spool is full (" + std::to_string(options_.max) +
                      " bytes): the oldest objects are dropped and counted until the listener "
                      "takes them again");
  }
  unread_ = std::max(unread_, front.end);
  forgotten_ = std::max(forgotten_, front.end - 1);
  ::unlink(path_of(front).c_str());
  total_ -= front.size;
  segments_.pop_front();
  if (reading_ > 0) {
    --reading_;
  } else {
    offset_ = spool_head(options_.format).size();
    chunk_.clear();
  }
}

void SpoolDisk::enter_next() {
  ++reading_;
  offset_ = spool_head(options_.format).size();
  chunk_.clear();
}

/// Reads the segment from offset_ on into chunk_, one whole record at least; false: it cannot be
/// read.
bool SpoolDisk::load(const Segment& segment) {
  std::size_t wanted = std::min(kChunk, segment.size - offset_);
  const Descriptor file(::open(path_of(segment).c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return false;
  std::size_t got = 0;
  for (bool is_whole = false; !is_whole;) {
    chunk_.resize(wanted);
    const ssize_t more =
        ::pread(file.get(), chunk_.data() + got, wanted - got, static_cast<off_t>(offset_ + got));
    if (more <= 0) break;
    got += static_cast<std::size_t>(more);
    if (got < wanted) continue;
    is_whole = record_at(chunk_, 0).has_value() || wanted == segment.size - offset_;
    wanted = segment.size - offset_;  // the record is long, or damaged
  }
  chunk_.resize(got);
  chunk_begin_ = offset_;
  return got > 0;
}

std::optional<PushObject> SpoolDisk::read() {
  while (reading_ < segments_.size()) {
    const Segment& segment = segments_[reading_];
    const bool is_last = reading_ + 1 == segments_.size();
    if (offset_ >= segment.size) {
      if (is_last) return std::nullopt;
      enter_next();
      continue;
    }
    const std::size_t at = offset_ - chunk_begin_;
    std::optional<SpoolRecord> record;
    if (offset_ >= chunk_begin_ && at < chunk_.size()) record = record_at(chunk_, at);
    if (!record) {
      if (!load(segment)) {
        note(false, "cannot read '" + path_of(segment).string() + "': " + why());
        offset_ = segment.size;
        continue;
      }
      record = next_record(chunk_, 0);
    }
    if (!record) {
      offset_ = segment.size;
      continue;
    }
    offset_ = chunk_begin_ + record->end;
    if (record->type != SpoolRecord::Type::object || record->number < unread_) continue;
    if (record->number > unread_) dropped_["damaged"] += record->number - unread_;
    unread_ = record->number + 1;
    oldest_ = record->object.answered;
    return std::move(record->object);
  }
  return std::nullopt;
}

bool SpoolDisk::forget(std::uint64_t number) {
  if (number <= forgotten_) return false;
  forgotten_ = number;
  if (forgotten_ + 1 >= next_) {
    oldest_.reset();
    full_told_ = false;
  }
  return true;
}

void SpoolDisk::tidy(Clock::time_point now, bool at_once) {
  // The last one is needed while it is written, and to know what was forgotten of it.
  const auto is_in_use = [this] {
    return reading_ == 0 && (segments_.size() > 1 || file_.is_open());
  };
  while (!segments_.empty() && !is_in_use() && segments_.front().end <= forgotten_ + 1) {
    if (::unlink(path_of(segments_.front()).c_str()) != 0 && errno != ENOENT) break;
    total_ -= segments_.front().size;
    segments_.pop_front();
    if (reading_ > 0) --reading_;
  }
  if (forgotten_ > told_forgotten_ && file_.is_open() && !broken_) {
    std::string text;
    append_record({.type = SpoolRecord::Type::forgotten, .number = forgotten_}, text);
    if (append(text, now)) told_forgotten_ = forgotten_;
  }
  if (file_.is_open() &&
      (at_once || unsynced_ >= options_.sync_bytes || (sync_at_ && now >= *sync_at_)))
    sync(now);
}

std::optional<Clock::time_point> SpoolDisk::due() const {
  return file_.is_open() ? sync_at_ : std::nullopt;
}

/// After a failed fsync it is not known what is on disk, so another segment is begun.
void SpoolDisk::sync(Clock::time_point now) {
  sync_at_.reset();
  if (std::exchange(unsynced_, 0) == 0 || !file_.is_open()) return;
  if (::fdatasync(file_.get()) == 0) return;
  fail("cannot sync '" + path_of(segments_.back()).string() + "': " + why(), now);
  close_segment();
}

void SpoolDisk::fail(const std::string& what, Clock::time_point now) {
  retry_at_ = now + options_.retry;
  broken_ = true;
  if (!std::exchange(told_, true))
    note(false, what + "; what waits is kept in memory until that works again");
}

void SpoolDisk::note(bool good, std::string text) {
  notes_.push_back({.good = good, .text = std::move(text)});
}

}  // namespace boxmeter
