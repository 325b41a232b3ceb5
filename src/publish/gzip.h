#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace boxmeter {

/// A piece of a gzip member, compressed by itself (level 1): can be kept and joined with others.
struct Deflated {
  std::string bytes = {};
  std::uint32_t crc = 0;
  std::size_t size = 0;  // of the text
};

/// Any thread.  Throws std::bad_alloc only.
Deflated deflated(std::string_view text);

/// `text` as one whole gzip member.  Any thread.  Throws std::bad_alloc only.
std::string gzipped(std::string_view text);

/// Puts pieces together to one gzip member: head(), every piece's bytes, tail().
class GzipMember {
 public:
  static std::string head();
  void add(const Deflated& piece);
  /// The end: an empty last block, the checksum and the size of all that was added.
  std::string tail() const;

 private:
  std::uint32_t crc_ = 0;
  std::size_t size_ = 0;
};

}  // namespace boxmeter
