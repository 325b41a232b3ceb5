#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "publish/queue.h"

// The file format of a spool's segments: a line of text, then records, each of the size and the
// CRC-32 of its payload (4 bytes each, in this machine's byte order) and the payload.  Pure; any
// thread; never throws Error.
namespace boxmeter {

struct SpoolRecord {
  enum class Type : char { object = 'o', forgotten = 'a' };
  Type type = Type::object;
  std::uint64_t number = 0;  // of the object; type forgotten: of the last object that was removed
  PushObject object = {};
  std::size_t begin = 0, end = 0;  // offsets in the text that it was read from
};
/// The first line of a segment.
std::string spool_head(std::string_view format);
void append_record(const SpoolRecord& record, std::string& text);
/// The record that begins at `at`; nullopt if it is incomplete or damaged.
std::optional<SpoolRecord> record_at(std::string_view text, std::size_t at);
/// The next complete and undamaged record that begins at `from` or later; bytes before it are
/// skipped. nullopt: there is none.
std::optional<SpoolRecord> next_record(std::string_view text, std::size_t from);

}  // namespace boxmeter
