#include "app/process.h"

#include <malloc.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>

#include "base/log.h"

namespace boxmeter {
namespace {

sigset_t handled_signals() {
  sigset_t handled;
  sigemptyset(&handled);
  sigaddset(&handled, SIGINT);
  sigaddset(&handled, SIGTERM);
  sigaddset(&handled, SIGHUP);
  return handled;
}

/// Debian's soft limit is 1,024.
void raise_file_limit(std::size_t devices) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  const std::size_t needed = needed_files(devices);
  if (limit.rlim_max < needed)
    log_event(LogLevel::warn, std::to_string(devices) + " devices need " + std::to_string(needed) +
                                  " file descriptors, the limit is " +
                                  std::to_string(limit.rlim_max) + "; raise LimitNOFILE=");
}

}  // namespace

std::size_t needed_files(std::size_t devices) { return devices * 3 + 700; }

void give_back_memory() { ::malloc_trim(0); }

void prepare_process(std::size_t devices) {
  raise_file_limit(devices);
  std::signal(SIGXFSZ, SIG_IGN);  // so that writing beyond a file size limit fails with EFBIG
  std::signal(SIGPIPE, SIG_IGN);
  // NOLINTBEGIN(concurrency-mt-unsafe): no threads yet
  // One malloc arena: memory that was freed in one arena is not used by others, and a second arena
  // costs 47 KB per box.  Workers rarely contend for it, since they mostly wait for boxes.
  mallopt(M_ARENA_MAX, 1);
  // By default getaddrinfo() waits 10 s for a silent name server, whatever the deadline of a
  // request.
  setenv("RES_OPTIONS", "timeout:1 attempts:1", 0);
  // NOLINTEND(concurrency-mt-unsafe)
}

void block_signals() {
  const sigset_t handled = handled_signals();
  pthread_sigmask(SIG_BLOCK, &handled, nullptr);
}

int wait_for_signal() {
  const sigset_t handled = handled_signals();
  int signal = 0;
  sigwait(&handled, &signal);
  return signal;
}

bool signal_within(std::chrono::nanoseconds time) {
  const sigset_t handled = handled_signals();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  const timespec limit{.tv_sec = seconds.count(), .tv_nsec = (time - seconds).count()};
  return sigtimedwait(&handled, nullptr, &limit) > 0;
}

void unblock_signals() {
  const sigset_t handled = handled_signals();
  pthread_sigmask(SIG_UNBLOCK, &handled, nullptr);
}

}  // namespace boxmeter
