#include "record/classifier.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/text.h"
#include "record/forms.h"
#include "record/letters.h"
#include "record/replacement.h"

namespace boxmeter::record {
namespace {

constexpr std::ptrdiff_t kMostDigits = 2;  // of a number that cannot be personal

std::ptrdiff_t digits_in(std::string_view text) { return std::ranges::count_if(text, is_digit); }

bool fits(const RE2& pattern, std::string_view text) {
  return RE2::FullMatch({text.data(), text.size()}, pattern);
}

/// "154.07.57", "V1.2-rc3", "154.08.20-127545".  Not more than four numbers: five times two digits
/// is how the French write a phone number.
bool is_version(std::string_view text) {
  static const RE2 kVersion(
      R"((?i)v?\d{1,3}(\.\d{1,3}){1,3}([-_ ]?(rc|beta|alpha|r|b|p)\d{0,3}|-\d{1,6})?( BETA)?)");
  return fits(kVersion, text);
}

/// "2026-11-17T10:15:30Z", "17.11.26 10:15:30", "10:15".  Of the last century only where clocks
/// begin: the rest are birthdays.
bool is_time(std::string_view text) {
  static const RE2 kTime(
      R"(((1970|20\d\d)-[01]\d-[0-3]\d|[0-3]\d\.[01]\d\.(20)?\d\d)?[T ]?([0-2]?\d:[0-5]\d(:[0-5]\d)?(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)?)?)");
  return text.size() > 3 && fits(kTime, text);
}

/// The text without what is found by its form.
std::string without_forms(std::string_view text) {
  std::string rest;
  std::size_t at = 0;
  for (const FormMatch& match : find_forms(text)) {
    rest.append(text.substr(at, match.at - at)).append(" ");
    at = match.at + match.size;
  }
  return rest.append(text.substr(at));
}

std::string_view member_of(const Spot& spot) {
  std::string_view member = spot.name;
  if (member.starts_with('@')) member.remove_prefix(1);
  return member;
}

bool is_bool(std::string_view text) {
  return equal_ignoring_case(text, "true") || equal_ignoring_case(text, "false");
}

}  // namespace

bool Classifier::is_read(const Spot& spot) const {
  return member_use.read.contains(lower(member_of(spot))) ||
         member_use.maps.contains(lower(spot.parent));
}

/// Whether a number may be personal: it has the length of a PIN or more, and no pack reads it.
bool Classifier::is_personal_number(const Spot& spot, std::string_view text) const {
  return digits_in(text) > kMostDigits && !is_read(spot);
}

bool Classifier::is_harmless(const Spot& spot, std::string_view text) const {
  if (text.size() < 2 || is_bool(text) || is_time(text) || is_version(text)) return true;
  if (is_number(text)) return !is_personal_number(spot, text);
  if (vocabulary.is_term(text)) return true;
  const auto blank = text.find(' ');
  if (blank != std::string_view::npos && is_number(text.substr(0, blank)))  // with its unit
    return vocabulary.is_made_of_words(text.substr(blank)) &&
           !is_personal_number(spot, text.substr(0, blank));
  if (member_use.measured.contains(lower(member_of(spot))) && vocabulary.is_made_of_words(text))
    return true;
  // Lists of numbers or terms, as both brands write them.
  if (text.find(',') == std::string_view::npos) return false;
  return std::ranges::all_of(split(text, ','), [&](std::string_view piece) {
    piece = trim(piece);
    return piece.empty() || (piece.find(',') == piece.npos && is_harmless(spot, piece));
  });
}

/// Whether a text is the brand's own: nothing but known words, versions and addresses.
bool Classifier::is_own_word(std::string_view text) const {
  return std::ranges::all_of(split(text, ' '), [&](std::string_view piece) {
    const bool is_sign = std::ranges::none_of(piece, is_letter_or_digit);
    const bool is_model = digits_in(piece) <= 4 && is_number(piece);
    return is_sign || is_model || is_version(piece) || vocabulary.is_made_of_words(piece);
  });
}

Classifier::Classification Classifier::classify_name(std::string_view name) const {
  if (vocabulary.knows_everything()) return {};
  const std::string rest = without_forms(name);
  const bool is_sign = std::ranges::none_of(rest, is_letter_or_digit);
  if (is_sign || vocabulary.is_made_of_words(rest) || vocabulary.is_term(name)) return {};
  if (!is_number(name)) return {.privacy = Privacy::name};
  return {.privacy = digits_in(name) > kMostDigits ? Privacy::serial : Privacy::open};
}

Classifier::Classification Classifier::operator()(const Spot& spot, std::string_view value) const {
  if (is_own()) return {};
  if (spot.name == "#key") return classify_name(value);
  const std::string_view member = member_of(spot), text = trim(value);
  const bool is_comment = member == "#comment";
  const Privacy declared =
      is_comment ? Privacy::open
                 : privacy({.file = file, .parent = spot.parent, .member = member}, value);
  const auto compared = member_use.compared.find(lower(member));
  const bool is_compared = declared != Privacy::secret && compared != member_use.compared.end() &&
                           compared->second.contains(lower(text));
  if (is_compared || vocabulary.knows_everything())
    return {.privacy = is_compared ? Privacy::open : declared, .is_declared = true};
  if (declared != Privacy::open && declared != Privacy::product)
    return {.privacy = declared, .is_declared = true};
  const std::string rest = without_forms(text);
  const bool is_sign = std::ranges::none_of(rest, is_letter_or_digit);
  const bool is_namespace =
      spot.name.starts_with('@') && (text.starts_with("urn:") || text.starts_with("http://"));
  const bool may_be_words = declared == Privacy::product || is_comment || is_namespace;
  if (is_sign || (may_be_words && is_own_word(rest)))
    return {.privacy = declared, .is_declared = declared != Privacy::open};
  if (is_harmless(spot, text)) return {};
  if (is_comment) return {.privacy = Privacy::text};
  return {.privacy = is_number(text) ? Privacy::serial : Privacy::name};
}

}  // namespace boxmeter::record
