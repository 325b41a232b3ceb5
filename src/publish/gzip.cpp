#include "publish/gzip.h"

#include <zlib.h>

#include <new>

namespace boxmeter {
namespace {

/// A raw deflate stream, one per thread: initializing it costs more than compressing the few series
/// that change with every scrape.
class Deflater {
 public:
  Deflater() {
    constexpr int kLevel = 1, kNoFrame = -15, kMemory = 8;
    if (deflateInit2(&stream_, kLevel, Z_DEFLATED, kNoFrame, kMemory, Z_DEFAULT_STRATEGY) != Z_OK)
      throw std::bad_alloc();
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  /// A full flush ends at a byte boundary and refers to nothing before it, so pieces can be joined
  /// in any order.
  std::string run(std::string_view text) {
    constexpr std::size_t kFlushRoom = 16;  // deflateBound() counts no flush
    deflateReset(&stream_);
    std::string bytes(deflateBound(&stream_, text.size()) + kFlushRoom, '\0');
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<uInt>(text.size());
    std::size_t made = 0;
    do {
      if (made == bytes.size()) bytes.resize(bytes.size() + 4096);
      stream_.next_out = reinterpret_cast<Bytef*>(bytes.data()) + made;
      stream_.avail_out = static_cast<uInt>(bytes.size() - made);
      deflate(&stream_, Z_FULL_FLUSH);
      made = bytes.size() - stream_.avail_out;
    } while (stream_.avail_out == 0);
    bytes.erase(made);
    return bytes;
  }

 private:
  z_stream stream_ = {};
};

void append_little_endian(std::string& bytes, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8)
    bytes += static_cast<char>(static_cast<unsigned char>(value >> shift));
}

}  // namespace

Deflated deflated(std::string_view text) {
  thread_local Deflater deflater;
  auto bytes = deflater.run(text);
  bytes.shrink_to_fit();
  const auto crc = ::crc32_z(0, reinterpret_cast<const Bytef*>(text.data()), text.size());
  return {.bytes = std::move(bytes), .crc = static_cast<std::uint32_t>(crc), .size = text.size()};
}

std::string gzipped(std::string_view text) {
  const Deflated piece = deflated(text);
  GzipMember member;
  member.add(piece);
  return GzipMember::head() + piece.bytes + member.tail();
}

std::string GzipMember::head() {
  // RFC 1952: magic, deflate, no flags, no time, fastest, unknown system.
  return {"\x1f\x8b\x08\0\0\0\0\0\x04\xff", 10};
}

void GzipMember::add(const Deflated& piece) {
  crc_ = static_cast<std::uint32_t>(
      ::crc32_combine(crc_, piece.crc, static_cast<z_off_t>(piece.size)));
  size_ += piece.size;
}

std::string GzipMember::tail() const {
  std::string bytes("\x03\0", 2);
  append_little_endian(bytes, crc_);
  append_little_endian(bytes, static_cast<std::uint32_t>(size_));
  return bytes;
}

}  // namespace boxmeter
