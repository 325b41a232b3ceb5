#pragma once
#include <utility>

namespace boxmeter {

/// Owns a file descriptor, and closes it in the destructor.  Below 0: holds none.  One thread at a
/// time.
class Descriptor {
 public:
  explicit Descriptor(int opened = -1) : fd_(opened) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    reset(other.release());
    return *this;
  }

  bool is_open() const { return fd_ >= 0; }
  int get() const { return fd_; }
  /// Gives up the descriptor: the caller must close it.
  int release() { return std::exchange(fd_, -1); }
  /// Closes what is held and holds `opened` instead.  errno stays as it is.
  void reset(int opened = -1);

 private:
  int fd_;
};

}  // namespace boxmeter
