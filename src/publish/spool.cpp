#include "publish/spool.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/guarded.h"
#include "publish/spool_disk.h"

namespace boxmeter {

struct Spool::Disk {
  explicit Disk(const SpoolOptions& options)
      : files(std::make_unique<SpoolDisk>(options, Clock::now())) {}
  Guarded<std::unique_ptr<SpoolDisk>> files;  // never null

  template <typename Use>
  auto with(Use use) {
    return files.with([&](std::unique_ptr<SpoolDisk>& disk) { return use(*disk); });
  }
};

namespace {

std::size_t size_of(const PushObject& object) { return object.text.size() + PushQueue::kOverhead; }

}  // namespace

Spool::Spool(SpoolOptions options, std::function<void()> written)
    : options_(std::move(options)),
      written_(std::move(written)),
      max_memory_(options_.max_memory),
      disk_(std::make_unique<Disk>(options_)),
      writer_([this] { run(); }) {}

Spool::~Spool() { close(); }

std::size_t Spool::close() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  given_.notify_one();
  if (writer_.joinable()) writer_.join();
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

void Spool::add(std::vector<PushObject> objects) {
  bool stuck = false;
  {
    const std::lock_guard lock(mutex_);
    for (PushObject& object : objects) {
      waiting_bytes_ += size_of(object);
      waiting_.push_back(std::move(object));
    }
    bound_memory();
    stuck = stuck_;
  }
  given_.notify_one();
  if (stuck) written_();  // it can be read from memory
}

/// mutex_ must be locked.
void Spool::bound_memory() {
  for (; waiting_bytes_ > max_memory_ && waiting_.size() > 1; ++overflow_) {
    waiting_bytes_ -= size_of(waiting_.front());
    waiting_.pop_front();
  }
}

std::optional<PushObject> Spool::read(bool also_memory) {
  const auto writes = [this] {
    const std::lock_guard lock(mutex_);
    return writes_;
  };
  const std::uint64_t before = writes();
  bool is_behind = false;  // objects on disk come before those in memory
  auto object = disk_->with([&](SpoolDisk& disk) {
    auto next = disk.read();
    is_behind = !disk.broken() || disk.has_unread();
    return next;
  });
  if (object || is_behind || !also_memory) return object;
  const std::lock_guard lock(mutex_);
  if (writing_ || writes_ != before || waiting_.empty()) return std::nullopt;
  object = std::move(waiting_.front());
  waiting_bytes_ -= size_of(*object);
  waiting_.pop_front();
  return object;
}

void Spool::forget(std::uint64_t number) {
  if (number == 0) return;  // never was on disk
  if (!disk_->with([&](SpoolDisk& disk) { return disk.forget(number); })) return;
  {
    const std::lock_guard lock(mutex_);
    forgot_ = true;
  }
  given_.notify_one();
}

void Spool::limit(std::size_t max, std::size_t max_memory) {
  disk_->with([&](SpoolDisk& disk) { disk.limit(max); });
  const std::lock_guard lock(mutex_);
  max_memory_ = max_memory;
  bound_memory();
}

/// Objects that are being written may be counted twice, but are never left out.
SpoolStatus Spool::status() const {
  SpoolStatus status;
  {
    const std::lock_guard lock(mutex_);
    status.objects = waiting_.size() + writing_objects_;
    status.bytes = waiting_bytes_;
    if (!waiting_.empty()) status.oldest = waiting_.front().answered;
    if (overflow_ > 0) status.dropped["queue_full"] = overflow_;
  }
  disk_->with([&](SpoolDisk& disk) {
    status.objects += disk.objects();
    if (disk.objects() > 0) status.bytes += disk.bytes();
    if (disk.oldest()) status.oldest = disk.oldest();
    for (const auto& [reason, count] : disk.dropped()) status.dropped[reason] += count;
  });
  return status;
}

std::vector<SpoolNote> Spool::take_notes() {
  return disk_->with([](SpoolDisk& disk) { return std::exchange(disk.notes(), {}); });
}

/// The writer's thread, the only one that writes to disk, which it does without holding mutex_.
void Spool::run() {
  for (bool ending = false; !ending;) {
    const auto [stuck, until] = disk_->with([](const SpoolDisk& disk) {
      return std::pair(disk.broken(), disk.broken() ? disk.retry_at() : disk.due());
    });
    std::deque<PushObject> batch;
    {
      std::unique_lock lock(mutex_);
      stuck_ = stuck;
      wait(lock, until);
      ending = ending_;
      forgot_ = false;
      writing_ = true;
      batch.swap(waiting_);
      waiting_bytes_ = 0;
      writing_objects_ = batch.size();
    }
    const std::size_t written = disk_->with([&](SpoolDisk& disk) {
      if (ending) disk.try_again();
      const auto now = Clock::now();
      const std::size_t count = batch.empty() ? 0 : disk.write(batch, now);
      disk.tidy(now, ending);
      return count;
    });
    batch.erase(batch.begin(), batch.begin() + static_cast<std::ptrdiff_t>(written));
    if (put_back(std::move(batch)) || written > 0) written_();
  }
}

void Spool::wait(std::unique_lock<std::mutex>& lock, std::optional<Clock::time_point> until) {
  const auto woken = [this] { return ending_ || forgot_ || (!waiting_.empty() && !stuck_); };
  if (until && (!stuck_ || !waiting_.empty()))
    given_.wait_until(lock, *until, woken);
  else
    given_.wait(lock, [&] { return woken() || !waiting_.empty(); });
}

/// Puts what could not be written back in front of what was added meanwhile.  True: something
/// waits.
bool Spool::put_back(std::deque<PushObject> batch) {
  const std::lock_guard lock(mutex_);
  for (const PushObject& object : batch) waiting_bytes_ += size_of(object);
  waiting_.insert(waiting_.begin(), std::make_move_iterator(batch.begin()),
                  std::make_move_iterator(batch.end()));
  bound_memory();
  writing_ = false;
  writing_objects_ = 0;
  ++writes_;
  return !waiting_.empty();
}

}  // namespace boxmeter
