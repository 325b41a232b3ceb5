#include <sys/resource.h>

#include <csignal>
#include <iostream>

#include "base/error.h"
#include "sim/arguments.h"
#include "sim/simulator.h"

namespace {

using namespace boxmeter;

/// Every box needs a descriptor, and every client one.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void wait_for_end(const sigset_t& signals, std::chrono::seconds run_for) {
  if (run_for.count() == 0) {
    int signal = 0;
    sigwait(&signals, &signal);
    return;
  }
  const timespec time{.tv_sec = run_for.count(), .tv_nsec = 0};
  while (sigtimedwait(&signals, nullptr, &time) < 0 && errno == EINTR) {
  }
}

}  // namespace

int main(int argc, char** argv) {
  const sim::Arguments arguments = sim::read_arguments(argc, argv);
  if (arguments.exit_code) {
    (*arguments.exit_code == 0 ? std::cout : std::cerr)
        << (*arguments.exit_code == 0 ? "" : "boxmeter-sim: ") << arguments.message << std::endl;
    return *arguments.exit_code;
  }
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before any thread, so that all inherit it
  // OpenSSL writes to sockets without MSG_NOSIGNAL.
  std::signal(SIGPIPE, SIG_IGN);  // NOLINT(cert-err33-c)
  raise_descriptor_limit();
  try {
    const sim::Simulator simulator(arguments.options);
    for (const std::string& line : simulator.addresses()) std::cout << line << '\n';
    std::cout << "ready" << std::endl;
    wait_for_end(signals, arguments.options.run_for);
    return 0;
  } catch (const Error& error) {
    std::cerr << "boxmeter-sim: " << error.what() << std::endl;
    return error.kind() == ErrorKind::config ? 2 : 1;
  }
}
