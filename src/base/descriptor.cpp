#include "base/descriptor.h"

#include <unistd.h>

#include <cerrno>

namespace boxmeter {

void Descriptor::reset(int opened) {
  const int error = errno;
  if (fd_ >= 0) ::close(fd_);
  fd_ = opened;
  errno = error;
}

}  // namespace boxmeter
