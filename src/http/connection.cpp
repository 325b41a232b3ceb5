#include "http/connection.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace boxmeter::http {

Output::Output(std::string head, std::vector<Chunk> body) : chunks_(std::move(body)) {
  chunks_.insert(chunks_.begin(), std::make_shared<const std::string>(std::move(head)));
}

Output::Written Output::write_to(int socket) {
  while (chunk_ < chunks_.size()) {
    std::array<iovec, 64> pieces;
    std::size_t count = 0;
    for (auto i = chunk_; i < chunks_.size() && count < pieces.size(); ++i) {
      const auto skipped = i == chunk_ ? byte_ : 0;
      pieces[count++] = {.iov_base = const_cast<char*>(chunks_[i]->data()) + skipped,
                         .iov_len = chunks_[i]->size() - skipped};
    }
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = count;
    const auto sent = ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return errno == EAGAIN ? Written::some : Written::failed;
    for (auto left = static_cast<std::size_t>(sent); chunk_ < chunks_.size();) {
      const auto rest = chunks_[chunk_]->size() - byte_;
      if (left < rest) {
        byte_ += left;
        break;
      }
      left -= rest;
      chunks_[chunk_++].reset();
      byte_ = 0;
    }
  }
  *this = {};
  return Written::all;
}

Connection::~Connection() { ::close(socket); }

}  // namespace boxmeter::http
