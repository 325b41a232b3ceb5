#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "publish/queue.h"

// What a segment of a spool is made of.  It begins with a line of text and goes on with records:
// size and CRC-32 of the payload (4 bytes each, of this machine's order), then the payload.  Pure;
// any thread; throws nothing of ours.
namespace boxmeter {

struct SpoolRecord {
  enum class Type : char { object = 'o', forgotten = 'a' };
  Type type = Type::object;
  std::uint64_t number = 0;  // of the object; or all up to it are gone
  PushObject object = {};
  std::size_t begin = 0, end = 0;  // bytes, in the text it was found in
};
std::string spool_head(std::string_view format);
void append_record(const SpoolRecord& record, std::string& text);
/// The record that begins there; nothing when it is not whole or damaged.
std::optional<SpoolRecord> record_at(std::string_view text, std::size_t at);
/// The next whole and undamaged record from `from` on, wherever it begins; bytes between that are
/// none are skipped.  Nothing: there is no other.
std::optional<SpoolRecord> next_record(std::string_view text, std::size_t from);

}  // namespace boxmeter
