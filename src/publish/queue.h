#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "metric/model.h"

namespace boxmeter {

/// What is delivered as a whole: a raw reply, a JSON metric object of Telegraf, a line.
struct PushObject {
  std::string text = {};
  std::shared_ptr<const std::string> source = {};  // "query 'q' of device 'd'", for messages
  WallClock::time_point answered = {};
  std::uint64_t number = 0;  // in a spool; 0: it is only in memory
};

/// A queue bounded in bytes: the oldest objects are dropped if there is no room.  Objects have
/// consecutive numbers that are never used again, so that an answer can refer to objects of which
/// some were dropped meanwhile.  One thread at a time.
class PushQueue {
 public:
  /// Bytes counted for each object beside its text, so that the bound also holds for tiny objects.
  static constexpr std::size_t kOverhead = 96;

  explicit PushQueue(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  bool has_room(const PushObject& object) const {
    return objects_.empty() || bytes_ + size_of(object) <= max_bytes_;
  }
  bool could_hold(const PushObject& object) const { return size_of(object) <= max_bytes_; }
  /// Returns how many of the oldest were dropped.  Precondition: could_hold().
  std::size_t push(PushObject object);

  std::uint64_t begin() const { return first_; }  // number of the oldest
  std::uint64_t end() const { return first_ + objects_.size(); }
  const PushObject& at(std::uint64_t number) const { return objects_[number - first_]; }

  /// Sets another bound; returns how many of the oldest were dropped for it.
  std::size_t limit(std::size_t max_bytes);

  /// Removes every object numbered below `end`; returns how many there were.
  std::size_t remove_below(std::uint64_t end);

  bool empty() const { return objects_.empty(); }
  std::size_t size() const { return objects_.size(); }
  std::size_t bytes() const { return bytes_; }
  std::size_t max_bytes() const { return max_bytes_; }

 private:
  static std::size_t size_of(const PushObject& object) { return object.text.size() + kOverhead; }
  void pop();

  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  std::uint64_t first_ = 0;
  std::deque<PushObject> objects_;
};

}  // namespace boxmeter
