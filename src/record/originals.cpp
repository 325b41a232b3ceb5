#include "record/originals.h"

#include <algorithm>

#include "base/text.h"
#include "http/encode.h"
#include "record/document.h"
#include "record/letters.h"
#include "record/replacement.h"

namespace boxmeter::record {
namespace {

constexpr std::size_t kPrefixSize =
    4;  // bytes: a shorter original is replaced only where it is a whole value
constexpr std::size_t kLong = 8;
constexpr std::size_t kLongNumber = 6;  // digits: a shorter one may mean anything elsewhere

/// Words that are never private, even as the name of something.
constexpr std::string_view kCommon[] = {
    "active",   "admin",    "auto",     "automatic", "computer",  "default", "device",
    "disabled", "enabled",  "ethernet", "example",   "false",     "guest",   "home",
    "host",     "internet", "lan",      "local",     "localhost", "mail",    "mesh",
    "network",  "none",     "null",     "number",    "phone",     "root",    "repeater",
    "router",   "server",   "switch",   "text",      "true",      "unknown", "user",
    "voip",     "wifi",     "wireless", "wlan",      "yes",       "no"};

bool all(std::string_view text, bool (*is)(char)) { return std::ranges::all_of(text, is); }

/// Whether a value has to be replaced: not if it is empty, masked, a zero or a common word.
bool must_be_replaced(Privacy privacy, std::string_view text) {
  const std::string word = lower(trim(text));
  if (privacy == Privacy::open || word.find_first_not_of("*-?.0: ") == std::string::npos)
    return false;
  if (std::ranges::find(kCommon, word) != std::end(kCommon)) return false;
  const auto digits = static_cast<std::size_t>(std::ranges::count_if(word, is_digit));
  if (privacy == Privacy::phone) return digits >= 5;  // not 110 or **9
  return word.size() > 1;
}

std::string label(Privacy privacy) {
  switch (privacy) {
    case Privacy::host:
      return "names of devices";
    case Privacy::network:
      return "names of networks";
    case Privacy::user:
      return "names of users";
    case Privacy::domain:
      return "domain names";
    case Privacy::phone:
      return "phone numbers";
    case Privacy::serial:
      return "serial numbers";
    case Privacy::secret:
      return "secrets";
    case Privacy::text:
      return "lines of text";
    default:
      return "other names";
  }
}

std::string label(Form form) {
  switch (form) {
    case Form::mac:
      return "MAC addresses";
    case Form::ipv4:
    case Form::ipv6:
      return "public addresses";
    case Form::uuid:
      return "UUIDs";
    case Form::mail:
      return "mail addresses";
    case Form::session:
      return "session ids";
  }
  return "";
}

/// Whether such an original can hardly be an ordinary word, as a name can.
bool is_unmistakable(Privacy privacy) {
  return privacy == Privacy::serial || privacy == Privacy::secret || privacy == Privacy::phone;
}

/// The replacement for one half of an IPv6 address: `start` and the lowest number that makes a half
/// which does not occur.
const std::string& numbered(const std::string& start, const std::string& half,
                            std::map<std::string, std::string>& made, std::set<std::string>& seen) {
  std::string& result = made[half];
  for (std::size_t n = 1; result.empty(); ++n) {
    const std::string candidate =
        start + static_cast<char>((n >> 8U) & 0xFFU) + static_cast<char>(n & 0xFFU);
    if (seen.insert(candidate).second) result = candidate;
  }
  return result;
}

std::string upper(std::string text) {
  for (char& c : text)
    if (is_lower(c)) c = static_cast<char>(c - 'a' + 'A');
  return text;
}

/// "0A1B2C3D4E5F" as "0A:1B:2C:3D:4E:5F".
std::string in_pairs(std::string_view digits) {
  std::string text(digits);
  for (std::size_t i = 2; i < text.size(); i += 3) text.insert(i, 1, ':');
  return text;
}

}  // namespace

bool stands_alone(std::string_view text, std::size_t at, std::size_t size) {
  const std::string_view found = text.substr(at, size);
  const char before = at == 0 ? ' ' : text[at - 1];
  const char after = at + size >= text.size() ? ' ' : text[at + size];
  if (all(found, &is_digit)) return !is_digit(before) && !is_digit(after);
  const bool is_code = size >= kLong && std::ranges::any_of(found, &is_digit);
  return is_code || ((!is_letter_or_digit(before) || !is_letter_or_digit(found.front())) &&
                     (!is_letter_or_digit(after) || !is_letter_or_digit(found.back())));
}

void Originals::add(Privacy privacy, std::string_view text, bool is_declared) {
  const std::string_view value = trim(text);
  if (privacy == Privacy::product) products_.insert(lower(value));
  if (privacy == Privacy::product || !must_be_replaced(privacy, value)) return;
  if (value.size() == 12 && all(value, &is_hex) &&
      !all(value, &is_digit)) {  // a MAC, as AVM's serial numbers are
    add_forms(in_pairs(value));
    return;
  }
  const std::vector<FormMatch> matches = find_forms(value);
  if (matches.size() == 1 && matches[0].size == value.size()) {  // an address instead of a name
    add_forms(value);
    return;
  }
  if (const std::string plain = from_base64(value); plain.size() > kPrefixSize) {  // stays base64
    add(privacy, plain, is_declared);
    return;
  }
  const std::string key = lower(value);
  const auto [known, is_new] =
      originals_.emplace(key, Original{.privacy = privacy, .text = std::string(value)});
  if (is_new) order_.push_back(key);
  known->second.is_declared = known->second.is_declared || is_declared;
}

void Originals::add_forms(std::string_view text) {
  for (const FormMatch& match : find_forms(text)) {
    const std::string key = canonical(match.form, text.substr(match.at, match.size));
    taken_.insert(key);
    if (match.form == Form::ipv6)
      for (const std::size_t half : {0, 8}) halves_seen_.insert(ipv6_bytes(key).substr(half, 8));
    if (is_special_purpose(match.form, key)) continue;
    if (forms_.emplace(FormKey{match.form, key}, "").second)
      form_order_.emplace_back(match.form, key);
  }
}

void Originals::assign() {
  for (const std::string& product : products_) originals_.erase(product);
  std::erase_if(order_, [&](const std::string& key) { return !originals_.contains(key); });
  for (const std::string& key : order_) {
    taken_.insert(key);
    choose_where(originals_[key], key);
  }
  std::map<Form, std::size_t> count_of_form;
  for (const FormKey& key : form_order_) {
    forms_[key] = new_form(key, count_of_form[key.first]);
    if (key.first != Form::mac) continue;
    // The same without colons, as in serial numbers and UUIDs.
    originals_.emplace(key.second, Original{.privacy = Privacy::serial,
                                            .text = key.second,
                                            .replacement = forms_[key],
                                            .is_mac = true,
                                            .in_text = true,
                                            .in_structure = true});
    by_prefix_[key.second.substr(0, kPrefixSize)].push_back(key.second);
  }
  std::map<Privacy, std::size_t> count_of;
  for (const std::string& key : order_) {
    Original& original = originals_[key];
    do {
      original.replacement =
          make_replacement(original.privacy, original.text, ++count_of[original.privacy]);
    } while (is_taken(original.replacement) && count_of[original.privacy] < 100'000);
    taken_.insert(lower(original.replacement));
    if (original.privacy == Privacy::serial) add_without_blanks(key);
  }
  for (auto& [start, keys] : by_prefix_)
    std::ranges::sort(keys, std::greater(), &std::string::size);
}

/// Decides where an original is replaced beyond whole values: not where the same letters may mean
/// something else.
void Originals::choose_where(Original& original, const std::string& key) {
  const bool knows_words = !vocabulary_.knows_everything();
  const bool is_word = knows_words && vocabulary_.is_made_of_words(key);
  const bool is_mere_number = !original.is_declared && is_number(key);
  if (key.size() < kPrefixSize || is_word || (is_mere_number && key.size() < kLongNumber)) return;
  original.in_text = !is_mere_number;
  original.in_structure = knows_words || is_unmistakable(original.privacy);
  by_prefix_[key.substr(0, kPrefixSize)].push_back(key);
}

/// "11657 0240192" is also written as "116570240192".
void Originals::add_without_blanks(const std::string& key) {
  Original joined = originals_.at(key);
  for (std::string* text : {&joined.text, &joined.replacement}) std::erase(*text, ' ');
  const std::string joined_key = lower(joined.text);
  if (joined_key == key || joined_key.size() < kPrefixSize) return;
  originals_[joined_key] = joined;
  by_prefix_[joined_key.substr(0, kPrefixSize)].push_back(joined_key);
}

bool Originals::is_taken(const std::string& candidate) const {
  const std::string key = lower(candidate);
  return taken_.contains(key) || has_original(key);
}

std::string Originals::new_form(const FormKey& key, std::size_t& count) {
  if (key.first == Form::ipv6) return new_ipv6(key.second);
  std::string made;
  do {
    made = make_replacement(key.first, key.second, ++count);
  } while (taken_.contains(made));
  taken_.insert(made);
  return made;
}

/// Replaces both halves separately, so that addresses of one network stay in one network.
std::string Originals::new_ipv6(const std::string& key) {
  const std::string bytes = ipv6_bytes(key);
  const std::string prefix = bytes.substr(0, 8), interface = bytes.substr(8);
  const bool is_link_local = prefix.starts_with("\xFE\x80");
  const bool is_local = (static_cast<unsigned char>(prefix[0]) & 0xFEU) == 0xFCU;
  const std::string top(is_local ? "\xFD\0\0\0\0\0" : "\x20\x01\x0D\xB8\0\0", 6);
  const std::string start =
      is_link_local ? prefix : numbered(top, prefix, new_halves_, halves_seen_);
  const bool is_prefix = interface == std::string(8, '\0');
  return ipv6_text(
      start +
      (is_prefix ? interface : numbered(std::string(6, '\0'), interface, new_halves_, halves_seen_)));
}

std::string Originals::spelled(const FormMatch& match, std::string_view text) const {
  const std::string_view found = text.substr(match.at, match.size);
  const auto known = forms_.find({match.form, canonical(match.form, found)});
  if (known == forms_.end()) return std::string(found);
  if (match.form != Form::mac && match.form != Form::uuid) return known->second;
  std::string made = known->second;
  if (match.form == Form::mac)
    for (std::size_t i = 2; i < made.size(); i += 3) made.insert(i, 1, found[2]);
  return std::ranges::any_of(found, &is_upper) ? upper(made) : made;
}

const std::string* Originals::find(std::string_view text) const {
  const auto known = originals_.find(lower(trim(text)));
  const bool is_one = known != originals_.end() && !known->second.is_mac;
  return is_one ? &known->second.replacement : nullptr;
}

const std::string* Originals::find_declared(std::string_view text) const {
  const auto known = originals_.find(lower(trim(text)));
  const bool is_one =
      known != originals_.end() && known->second.is_declared && text.size() >= kLongNumber;
  return is_one ? &known->second.replacement : nullptr;
}

/// The key of the longest original at a place.
const std::string* Originals::longest_at(std::string_view text, std::size_t at,
                                         bool is_structure) const {
  const auto candidates = by_prefix_.find(std::string(text.substr(at, kPrefixSize)));
  if (candidates == by_prefix_.end()) return nullptr;
  for (const std::string& key : candidates->second)
    if (text.substr(at).starts_with(key) && stands_alone(text, at, key.size()) &&
        (is_structure ? originals_.at(key).in_structure : originals_.at(key).in_text))
      return &key;
  return nullptr;
}

std::string Originals::in_plain(std::string_view text, bool is_structure) const {
  const std::vector<FormMatch> matches = find_forms(text);
  const std::string lowered = lower(text);
  auto next = matches.begin();
  std::string made;
  for (std::size_t at = 0; at < text.size();) {
    while (next != matches.end() && next->at < at) ++next;
    const bool is_form = next != matches.end() && next->at == at;
    const std::string* key = longest_at(lowered, at, is_structure);
    if (is_form && (key == nullptr || key->size() <= next->size)) {
      made += spelled(*next, text);
      at += next->size;
    } else if (key != nullptr) {
      const Original& original = originals_.at(*key);
      const bool is_upper_case =
          original.is_mac && std::ranges::any_of(text.substr(at, key->size()), &is_upper);
      made += is_upper_case ? upper(original.replacement) : original.replacement;
      at += key->size();
    } else {
      made += text[at++];
    }
  }
  return made;
}

/// Replaces originals in the text as it is written, and in what it is when it is decoded.
std::string Originals::in_all_spellings(std::string_view text, bool is_structure) const {
  std::string made = in_plain(text, is_structure);
  const auto also = [&](const std::string& decoded, auto encoded) {
    const std::string changed = in_plain(decoded, is_structure);
    if (changed != decoded) made = encoded(changed);
  };
  if (made.find('%') != std::string::npos) also(percent_decoded(made), percent_encoded);
  if (made.find('&') != std::string::npos) also(xml_unescaped(made), xml_escaped);
  const std::string bytes = from_base64(made);
  if (bytes.size() > kPrefixSize)
    also(bytes, [](const std::string& changed) { return http::base64(changed); });
  return made;
}

std::string Originals::replaced(std::string_view text) const {
  return in_all_spellings(text, /*is_structure=*/false);
}

std::string Originals::replaced_in_structure(std::string_view text) const {
  return in_all_spellings(text, /*is_structure=*/true);
}

bool Originals::has_original(const std::string& text) const {
  for (std::size_t at = 0; at + kPrefixSize <= text.size(); ++at)
    if (longest_at(text, at, /*is_structure=*/false) != nullptr) return true;
  return std::ranges::any_of(find_forms(text), [&](const FormMatch& match) {
    return forms_.contains({match.form, canonical(match.form, text.substr(match.at, match.size))});
  });
}

std::map<std::string, std::size_t> Originals::counts() const {
  std::map<std::string, std::size_t> counts;
  for (const std::string& key : order_) ++counts[label(originals_.at(key).privacy)];
  for (const FormKey& key : form_order_) ++counts[label(key.first)];
  return counts;
}

}  // namespace boxmeter::record
