#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace boxmeter {

/// A piece of a gzip member (RFC 1952), compressed on its own (level 1), so that it can be cached
/// and joined with other pieces.
struct Deflated {
  std::string bytes = {};
  std::uint32_t crc = 0;
  std::size_t size = 0;  // of the uncompressed text
};

/// Any thread.  Throws std::bad_alloc only.
Deflated deflated(std::string_view text);

/// `text` as one whole gzip member.  Any thread.  Throws std::bad_alloc only.
std::string gzipped(std::string_view text);

/// Joins pieces to one gzip member: head(), the bytes of each piece, tail().  One thread at a time.
class GzipMember {
 public:
  static std::string head();
  /// To be called for each piece, in order.
  void add(const Deflated& piece);
  /// The end: an empty last block, and checksum and size of all pieces.
  std::string tail() const;

 private:
  std::uint32_t crc_ = 0;
  std::size_t size_ = 0;
};

}  // namespace boxmeter
