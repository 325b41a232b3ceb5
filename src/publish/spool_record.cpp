#include "publish/spool_record.h"

#include <zlib.h>

#include <cstring>
#include <memory>

namespace boxmeter {
namespace {

constexpr std::string_view kHead = "boxmeter spool 1 ";
constexpr std::size_t kFrame = 8;  // size and checksum
constexpr std::size_t kLeast = 9;  // type and number

template <typename Number>
void append_number(Number number, std::string& text) {
  text.append(reinterpret_cast<const char*>(&number), sizeof number);
}

template <typename Number>
Number number_at(std::string_view text, std::size_t at) {
  Number number{};
  std::memcpy(&number, text.data() + at, sizeof number);
  return number;
}

std::uint32_t checksum(std::string_view text) {
  return static_cast<std::uint32_t>(
      ::crc32_z(0, reinterpret_cast<const unsigned char*>(text.data()), text.size()));
}

}  // namespace

std::optional<SpoolRecord> record_at(std::string_view text, std::size_t at) {
  if (text.size() - at < kFrame + kLeast) return std::nullopt;
  const std::size_t size = number_at<std::uint32_t>(text, at);
  const char type = text[at + kFrame];
  if (size < kLeast || size > text.size() - at - kFrame || (type != 'o' && type != 'a'))
    return std::nullopt;
  const std::string_view payload = text.substr(at + kFrame, size);
  if (checksum(payload) != number_at<std::uint32_t>(text, at + 4)) return std::nullopt;
  SpoolRecord record{.type = static_cast<SpoolRecord::Type>(type),
                     .number = number_at<std::uint64_t>(payload, 1),
                     .begin = at,
                     .end = at + kFrame + size};
  if (record.type == SpoolRecord::Type::forgotten) return record;
  constexpr std::size_t kTexts = kLeast + 8 + 4;
  if (size < kTexts) return std::nullopt;
  const std::size_t source = number_at<std::uint32_t>(payload, kLeast + 8);
  if (source > size - kTexts) return std::nullopt;
  record.object = {
      .text = std::string(payload.substr(kTexts + source)),
      .source = std::make_shared<const std::string>(payload.substr(kTexts, source)),
      .answered = WallClock::time_point(std::chrono::duration_cast<WallClock::duration>(
          std::chrono::nanoseconds(number_at<std::int64_t>(payload, kLeast)))),
      .number = record.number};
  return record;
}

std::string spool_head(std::string_view format) {
  return std::string(kHead).append(format).append("\n");
}

void append_record(const SpoolRecord& record, std::string& text) {
  std::string payload(1, static_cast<char>(record.type));
  append_number(record.number, payload);
  if (record.type == SpoolRecord::Type::object) {
    const std::string_view source =
        record.object.source ? std::string_view(*record.object.source) : std::string_view();
    const auto since = record.object.answered.time_since_epoch();
    append_number(std::int64_t{std::chrono::duration_cast<std::chrono::nanoseconds>(since).count()},
                  payload);
    append_number(static_cast<std::uint32_t>(source.size()), payload);
    payload.append(source).append(record.object.text);
  }
  append_number(static_cast<std::uint32_t>(payload.size()), text);
  append_number(checksum(payload), text);
  text += payload;
}

std::optional<SpoolRecord> next_record(std::string_view text, std::size_t from) {
  for (; from < text.size(); ++from)
    if (auto record = record_at(text, from)) return record;
  return std::nullopt;
}

}  // namespace boxmeter
