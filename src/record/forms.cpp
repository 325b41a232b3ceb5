#include "record/forms.h"

#include <arpa/inet.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>

#include "base/text.h"
#include "record/letters.h"

namespace boxmeter::record {
namespace {

struct Pattern {
  Form form;
  std::unique_ptr<const RE2> regex;
};

/// The first that fits at a place wins.
const std::vector<Pattern>& patterns() {
  static const std::vector<Pattern> kPatterns = [] {
    constexpr std::pair<Form, const char*> kTexts[] = {
        {Form::session, R"((?i)\bsid=[0-9a-f]{8,})"},
        {Form::mail, R"([\pL\pN._%+-]+@[\pL\pN-]+(?:\.[\pL\pN-]+)*\.[\pL]{2,})"},
        {Form::uuid, R"((?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"},
        {Form::mac, R"((?i)[0-9a-f]{2}(?:(?::[0-9a-f]{2}){5}|(?:-[0-9a-f]{2}){5}))"},
        {Form::ipv6, R"((?i)[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7})"},
        {Form::ipv4, R"(\d{1,3}(?:\.\d{1,3}){3})"},
    };
    std::vector<Pattern> made;
    for (const auto& [form, text] : kTexts)
      made.push_back({form, std::make_unique<const RE2>(text)});
    return made;
  }();
  return kPatterns;
}

std::optional<std::string> parsed(int family, std::string_view text) {
  std::array<char, 16> bytes{};
  if (inet_pton(family, std::string(text).c_str(), bytes.data()) != 1) return {};
  return std::string(bytes.data(), family == AF_INET ? 4 : 16);
}

/// Whether the text that a pattern found is valid, and no piece of something longer.
bool holds(const FormMatch& match, std::string_view text) {
  const std::string_view found = text.substr(match.at, match.size);
  const char before = match.at == 0 ? ' ' : text[match.at - 1];
  const char after = match.at + match.size == text.size() ? ' ' : text[match.at + match.size];
  switch (match.form) {
    case Form::session:
    case Form::mail:
      return true;
    case Form::uuid:
      return !is_letter_or_digit(before) && !is_letter_or_digit(after);
    case Form::mac:
      return !is_letter_or_digit(before) && !is_letter_or_digit(after) && before != ':' &&
             after != ':';
    case Form::ipv4:
      return !is_letter_or_digit(before) && !is_letter_or_digit(after) && before != '.' &&
             parsed(AF_INET, found);
    case Form::ipv6:
      return !is_letter_or_digit(before) && !is_letter_or_digit(after) && parsed(AF_INET6, found);
  }
  return false;
}

/// "2001:db8::1:" is an address at the end of a clause.
void drop_last_colon(FormMatch& match, std::string_view text) {
  const std::string_view found = text.substr(match.at, match.size);
  if (match.form == Form::ipv6 && found.ends_with(':') && !found.ends_with("::")) --match.size;
}

void find_all(const Pattern& pattern, std::string_view text, std::vector<bool>& found_already,
              std::vector<FormMatch>& matches) {
  re2::StringPiece found;
  std::size_t from = 0;
  while (from < text.size() && pattern.regex->Match({text.data(), text.size()}, from, text.size(),
                                                    RE2::UNANCHORED, &found, 1)) {
    FormMatch match{.at = static_cast<std::size_t>(found.data() - text.data()),
                    .size = found.size(),
                    .form = pattern.form};
    drop_last_colon(match, text);
    const bool is_one = holds(match, text);
    from = is_one ? match.at + match.size : match.at + 1;
    const auto begin = found_already.begin() + static_cast<std::ptrdiff_t>(match.at);
    const auto end = begin + static_cast<std::ptrdiff_t>(match.size);
    if (!is_one || std::find(begin, end, true) != end) continue;
    std::fill(begin, end, true);
    matches.push_back(match);
  }
}

bool is_free_ipv4(const std::string& bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const auto starts = [&](unsigned a, unsigned b) { return byte(0) == a && byte(1) == b; };
  const bool is_documentation = (starts(192, 0) && byte(2) == 2) ||
                                (starts(198, 51) && byte(2) == 100) ||
                                (starts(203, 0) && byte(2) == 113);
  const bool is_private = byte(0) == 10 || (byte(0) == 172 && byte(1) >= 16 && byte(1) < 32) ||
                          starts(192, 168) || starts(169, 254) || byte(0) == 127;
  return is_documentation || is_private || byte(0) >= 224 || byte(0) == 0;
}

bool is_free_ipv6(const std::string& bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const bool is_documentation = bytes.starts_with(std::string("\x20\x01\x0d\xb8", 4));
  const bool is_loopback = bytes.starts_with(std::string(15, '\0')) && byte(15) <= 1;
  const bool is_empty = bytes.ends_with(std::string(14, '\0'));  // fe80::
  return is_documentation || is_loopback || is_empty || byte(0) == 0xFF;
}

}  // namespace

std::vector<FormMatch> find_forms(std::string_view text) {
  // None of them is without one of these.
  if (text.find_first_of(":.-@=") == std::string_view::npos) return {};
  std::vector<FormMatch> matches;
  std::vector<bool> found_already(text.size());
  for (const Pattern& pattern : patterns()) find_all(pattern, text, found_already, matches);
  std::ranges::sort(matches, {}, &FormMatch::at);
  return matches;
}

std::string canonical(Form form, std::string_view text) {
  std::string key = lower(text);
  if (form == Form::mac) std::erase_if(key, [](char c) { return c == ':' || c == '-'; });
  if (form == Form::ipv6) return ipv6_text(ipv6_bytes(key));
  return key;
}

bool is_special_purpose(Form form, const std::string& key) {
  if (form == Form::mac) {
    const bool is_group = (std::string_view("13579bdf").find(key[1]) != std::string_view::npos);
    return key.starts_with("00005e0053") || key == std::string(12, '0') || is_group;
  }
  if (form == Form::ipv4) return is_free_ipv4(*parsed(AF_INET, key));
  if (form == Form::ipv6) return is_free_ipv6(*parsed(AF_INET6, key));
  return false;
}

std::string ipv6_bytes(const std::string& address) {
  return parsed(AF_INET6, address).value_or(std::string(16, '\0'));
}

std::string ipv6_text(const std::string& bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
  return text.data();
}

}  // namespace boxmeter::record
