#include <sys/socket.h>

#include "http/client.h"

namespace boxmeter::http {

// shutdown() wakes a thread that waits on the socket; close() would not.  The number stays valid
// meanwhile: closed() takes the same lock before its owner closes it.
void Stop::stop() {
  sockets_.with([&](std::set<int>& sockets) {
    if (!stopped_) when_ = std::chrono::steady_clock::now();
    stopped_ = true;
    for (const int socket : sockets) ::shutdown(socket, SHUT_RDWR);
  });
}

std::chrono::steady_clock::duration Stop::since() const {
  if (!stopped_) return {};
  return std::chrono::steady_clock::now() - when_.load();
}

bool Stop::opened(int socket) {
  return sockets_.with([&](std::set<int>& sockets) {
    if (stopped_) return false;
    sockets.insert(socket);
    return true;
  });
}

void Stop::closed(int socket) {
  sockets_.with([&](std::set<int>& sockets) { sockets.erase(socket); });
}

}  // namespace boxmeter::http
