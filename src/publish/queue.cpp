#include "publish/queue.h"

#include <utility>

namespace boxmeter {

std::size_t PushQueue::push(PushObject object) {
  std::size_t dropped = 0;
  for (; !objects_.empty() && bytes_ + size_of(object) > max_bytes_; ++dropped) pop();
  bytes_ += size_of(object);
  objects_.push_back(std::move(object));
  return dropped;
}

std::size_t PushQueue::limit(std::size_t max_bytes) {
  max_bytes_ = max_bytes;
  std::size_t dropped = 0;
  for (; bytes_ > max_bytes_; ++dropped) pop();
  return dropped;
}

std::size_t PushQueue::remove_below(std::uint64_t end) {
  std::size_t removed = 0;
  for (; !objects_.empty() && first_ < end; ++removed) pop();
  return removed;
}

void PushQueue::pop() {
  bytes_ -= size_of(objects_.front());
  objects_.pop_front();
  ++first_;
}

}  // namespace boxmeter
