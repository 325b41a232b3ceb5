#include "device/freebox/mdns.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace boxmeter::freebox {
namespace {

constexpr std::size_t kHeader = 12, kLongestName = 255;
constexpr unsigned kIsAnswer = 0x8000, kInternet = 1;

struct Record {
  MdnsName name = {};
  unsigned type = 0;
  std::size_t begin = 0, end = 0;  // of its content
};

/// Reads a DNS message (RFC 1035 section 4) from front to back; nullopt where it is cut off.
class Message {
 public:
  explicit Message(std::string_view bytes) : bytes_(bytes) {}

  std::optional<unsigned> number(std::size_t size) {
    if (size > bytes_.size() - at_) return std::nullopt;
    unsigned value = 0;
    for (const char c : bytes_.substr(at_, size))
      value = value << 8 | static_cast<unsigned char>(c);
    at_ += size;
    return value;
  }

  std::optional<MdnsName> name() { return name_at(at_, /*moves=*/true); }

  /// The name that is the content of a record.
  std::optional<MdnsName> name_in(const Record& record) { return name_at(record.begin, false); }

  std::optional<Record> record() {
    auto name = this->name();
    const auto type = number(2), kind = number(2), lifetime = number(4), length = number(2);
    if (!name || !type || !kind || !lifetime || !length || *length > bytes_.size() - at_)
      return std::nullopt;
    at_ += *length;
    return Record{.name = std::move(*name), .type = *type, .begin = at_ - *length, .end = at_};
  }

  std::string_view content(const Record& record) const {
    return bytes_.substr(record.begin, record.end - record.begin);
  }

 private:
  /// Follows compression pointers (RFC 1035 section 4.1.4).  Each must point before the last one,
  /// or a datagram could make this loop for ever.
  std::optional<MdnsName> name_at(std::size_t at, bool moves) {
    MdnsName name;
    std::size_t length = 0, limit = at;
    for (;;) {
      if (at >= bytes_.size()) return std::nullopt;
      const auto size = static_cast<unsigned char>(bytes_[at]);
      if (size >= 0xC0) {
        if (at + 1 >= bytes_.size()) return std::nullopt;
        const std::size_t target = (size & 0x3FU) << 8 | static_cast<unsigned char>(bytes_[at + 1]);
        if (moves) at_ = at + 2;
        moves = false;
        if (target >= limit) return std::nullopt;
        at = limit = target;
        continue;
      }
      length += size + 1U;
      if (size >= 0x40 || length > kLongestName || at + size >= bytes_.size()) return std::nullopt;
      if (size > 0) name.emplace_back(bytes_.substr(at + 1, size));
      at += size + 1U;
      if (size > 0) continue;
      if (moves) at_ = at;
      return name;
    }
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
};

/// Whether `name` is an instance of the service: one part in front of its name.
bool is_instance(const MdnsName& name, const MdnsName& service) {
  return name.size() == service.size() + 1 &&
         std::equal(service.begin(), service.end(), name.begin() + 1, &equal_ignoring_case);
}

/// A TXT record is a row of strings "key=value", each after its length.  If a key comes twice, the
/// first counts (RFC 6763 section 6.4).
std::map<std::string, std::string> pairs_of(std::string_view content) {
  std::map<std::string, std::string> pairs;
  while (!content.empty()) {
    const std::size_t size = static_cast<unsigned char>(content[0]);
    const std::string_view pair = content.substr(1, size);
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos && equals > 0)
      pairs.emplace(lower(pair.substr(0, equals)), pair.substr(equals + 1));
    content.remove_prefix(std::min(content.size(), size + 1));
  }
  return pairs;
}

}  // namespace

std::string mdns_question(const MdnsName& name, MdnsType type) {
  std::string bytes(kHeader, '\0');
  bytes[5] = 1;  // one question
  for (const std::string& part : name) {
    bytes += static_cast<char>(part.size());
    bytes += part;
  }
  bytes += '\0';
  for (const unsigned number : {static_cast<unsigned>(type), kInternet}) {
    bytes += '\0';
    bytes += static_cast<char>(number);
  }
  return bytes;
}

MdnsAnswer parse_mdns(std::string_view datagram, const MdnsName& service) {
  Message message(datagram);
  const auto id = message.number(2), flags = message.number(2), questions = message.number(2);
  const auto answers = message.number(2), authorities = message.number(2),
             others = message.number(2);
  if (!id || !others || (*flags & kIsAnswer) == 0) return {};
  for (unsigned i = 0; i < *questions; ++i)
    if (!message.name() || !message.number(4)) return {};

  MdnsAnswer answer;
  std::vector<MdnsName> with_text;
  for (unsigned i = 0; i < *answers + *authorities + *others; ++i) {
    const auto record = message.record();
    if (!record) break;
    if (record->type == static_cast<unsigned>(MdnsType::pointer)) {
      const auto instance = message.name_in(*record);
      if (instance && is_instance(*instance, service)) answer.without_text.push_back(*instance);
    } else if (record->type == static_cast<unsigned>(MdnsType::text) &&
               is_instance(record->name, service)) {
      answer.texts.push_back(pairs_of(message.content(*record)));
      answer.texts.back()["device_name"] = record->name.front();
      with_text.push_back(record->name);
    }
  }
  std::erase_if(answer.without_text, [&](const MdnsName& name) {
    return std::ranges::find(with_text, name) != with_text.end();
  });
  return answer;
}

}  // namespace boxmeter::freebox
