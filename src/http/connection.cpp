#include "http/connection.h"

#include <unistd.h>

#include <array>
#include <utility>

namespace boxmeter::http {

Output::Output(std::string head, std::vector<Chunk> body) : chunks_(std::move(body)) {
  std::erase_if(chunks_, [](const Chunk& chunk) { return chunk->empty(); });
  chunks_.insert(chunks_.begin(), std::make_shared<const std::string>(std::move(head)));
}

Output::Written Output::write_to(Transport& transport) {
  while (chunk_ < chunks_.size()) {
    std::array<iovec, 64> pieces;
    std::size_t count = 0;
    for (auto i = chunk_; i < chunks_.size() && count < pieces.size(); ++i) {
      const auto skipped = i == chunk_ ? byte_ : 0;
      pieces[count++] = {.iov_base = const_cast<char*>(chunks_[i]->data()) + skipped,
                         .iov_len = chunks_[i]->size() - skipped};
    }
    const auto sent = transport.write({pieces.data(), count});
    if (sent <= 0) return sent == Transport::kLater ? Written::some : Written::failed;
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
