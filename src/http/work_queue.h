#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace boxmeter::http {

/// Work for a pool of threads, first come, first served.  Any thread.
template <typename Work>
class WorkQueue {
 public:
  void push(Work work) {
    {
      std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(work));
    }
    arrived_.notify_one();
  }

  /// False, and nothing is added, if `limit` items wait already.
  bool push_below(std::size_t limit, Work work) {
    {
      std::lock_guard lock(mutex_);
      if (waiting_.size() >= limit) return false;
      waiting_.push_back(std::move(work));
    }
    arrived_.notify_one();
    return true;
  }

  /// Waits for work; nullopt once the queue is closed, even if work is left in it.
  std::optional<Work> pop() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    if (closed_) return {};
    auto work = std::move(waiting_.front());
    waiting_.pop_front();
    return work;
  }

  void close() {
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
    }
    arrived_.notify_all();
  }

 private:
  // Not Guarded: the condition needs the mutex.
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Work> waiting_;
  bool closed_ = false;
};

}  // namespace boxmeter::http
