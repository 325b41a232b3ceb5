#include "record/scrub.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "record/document.h"
#include "record/originals.h"

namespace boxmeter::record {
namespace {

bool is_structure(const Spot& spot) { return spot.name == "#key"; }

constexpr std::ptrdiff_t kLongestNumber = 5;  // digits of one that may be anybody's

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_in_word(char c) { return is_digit(c) || is_letter(c) || c == '_'; }

std::ptrdiff_t digits_in(std::string_view text) { return std::ranges::count_if(text, is_digit); }

bool is_number(std::string_view text) {
  return digits_in(text) > 0 &&
         text.find_first_not_of("+-.,0123456789eE%") == std::string_view::npos;
}

/// "154.07.57", "V1.2-rc3": digits and points, which no name has at its start.
bool is_version(std::string_view text) {
  if (text.starts_with('v') || text.starts_with('V')) text.remove_prefix(1);
  return !text.empty() && text.size() <= 20 && is_digit(text.front()) &&
         text.find('.') != std::string_view::npos &&
         std::ranges::all_of(text, [](char c) { return is_in_word(c) || c == '.' || c == '-'; });
}

/// "2026-11-17T10:15:30Z", "17.11.26 10:15", and lists of numbers.
bool is_time_or_list(std::string_view text) {
  return text.find_first_not_of("0123456789-:.,/+ TZ") == std::string_view::npos &&
         text.find_first_of(":-/, ") != std::string_view::npos;
}

/// Seconds since 1970, from 2001 to 2033.
bool is_time(std::string_view text) {
  return text.size() == 10 && text.front() == '1' && std::ranges::all_of(text, is_digit);
}

/// Names of the languages that documents are written in, and of their parts.
bool is_namespace(const Spot& spot, std::string_view text) {
  return spot.name.starts_with("@") &&
         (text.starts_with("http://schemas.") || text.starts_with("urn:schemas-") ||
          text.starts_with("urn:dslforum-org:"));
}

/// What a brand says of the values of one file.
struct Judge {
  PrivacyOf privacy;
  std::string_view file;
  const Words& words;

  bool knows(std::string_view text) const { return words.contains(lower(text)); }

  /// Whether a pack reads what is called so.
  bool is_read(std::string_view member) const {
    return knows(member) ||
           knows(member.substr(std::min(member.find_last_of("/:") + 1, member.size())));
  }

  bool is_harmless(const Spot& spot, std::string_view member, std::string_view value) const {
    if (value.size() < 2 || knows(value) || is_namespace(spot, value)) return true;
    if (lower(value) == "true" || lower(value) == "false") return true;
    if (is_time_or_list(value) || is_version(value) || is_time(value)) return true;
    const auto blank = value.find(' ');
    const bool is_measured = blank != std::string_view::npos && is_number(value.substr(0, blank)) &&
                             knows(trim(value.substr(blank)));
    if (is_measured || !is_number(value)) return is_measured;
    return digits_in(value) <= kLongestNumber || is_read(member) ||
           value.find('.') != std::string_view::npos;
  }

  Privacy operator()(const Spot& spot, std::string_view value) const {
    if (spot.name.starts_with('#')) return Privacy::open;
    std::string_view member = spot.name;
    if (member.starts_with('@')) member.remove_prefix(1);
    if (file.ends_with(".md")) return Privacy::open;  // boxmeter's own words
    const Privacy told = privacy({.file = file, .parent = spot.parent, .member = member}, value);
    const std::string_view text = trim(value);
    // What a brand calls its own things is no model: where a person has the name too it is private.
    if (told == Privacy::product &&
        (member == "name" || member == "label" || member == "description"))
      return Privacy::open;
    if (told != Privacy::open || words.empty() || is_harmless(spot, member, text)) return told;
    return is_number(text) ? Privacy::serial : Privacy::name;
  }
};

/// Every line of a text is an original of its own, as logs repeat them.
template <typename Use>
void for_lines(std::string_view text, Use use) {
  for (const std::string_view line : split(text, '\n')) use(line);
}

Visit collecting(Originals& originals, const Judge& judge) {
  return [&originals, judge](const Spot& spot, const std::string& text) {
    const Privacy privacy = judge(spot, text);
    if (privacy == Privacy::text)
      for_lines(text, [&](std::string_view line) { originals.add(privacy, line); });
    else
      originals.add(privacy, text);
    originals.add_forms(text);
    if (text.find('%') != std::string::npos) originals.add_forms(percent_decoded(text));
    if (text.find('&') != std::string::npos) originals.add_forms(xml_unescaped(text));
    return text;
  };
}

Visit replacing(const Originals& originals, const Judge& judge) {
  const auto whole = [&originals](std::string_view text) {
    const std::string* replacement = originals.find(text);
    return replacement != nullptr ? *replacement : originals.replaced(text);
  };
  return [=, &originals](const Spot& spot, const std::string& text) -> std::string {
    if (is_structure(spot)) return originals.replaced_in_structure(text);
    const Privacy privacy = judge(spot, text);
    if (privacy == Privacy::open || privacy == Privacy::product) return originals.replaced(text);
    if (privacy != Privacy::text) return whole(text);
    std::string lines;
    for_lines(text, [&](std::string_view line) {
      lines += whole(line);
      lines += '\n';
    });
    lines.pop_back();
    return lines;
  };
}

/// The last check does not believe the replacing: it reads the result as a person with a search
/// would, spelled in every way.
void refuse_originals(const std::vector<File>& files, const Originals& originals) {
  for (const File& file : files) {
    std::string values;
    rewritten(file.text, [&](const Spot& spot, const std::string& text) {
      if (!is_structure(spot)) values += lower(text) + "\n";
      return text;
    });
    const bool is_in_path = originals.replaced_in_structure(file.path) != file.path;
    const std::string reads[] = {values, lower(percent_decoded(values)),
                                 lower(xml_unescaped(values)), lower(json_unescaped(values))};
    const auto tells = [&](const std::string& read) { return originals.stand_in(read); };
    if (is_in_path || std::ranges::any_of(reads, tells))
      throw Error(ErrorKind::internal,
                  (is_in_path ? "the name of a file" : "'" + file.path + "'") +
                      " would still tell what must not be told; nothing was written (this is a bug "
                      "of boxmeter's)");
  }
}

}  // namespace

void add_words(Words& words, std::string_view pack) {
  for (const std::string_view raw : split(pack, '\n')) {
    // A comment or a help tells of anything, and in sentences.
    std::string line(raw.substr(0, std::min(raw.find("  # "), raw.size())));
    if (trim(line).starts_with('#') || trim(line).starts_with("help:")) continue;
    if (const auto help = line.find("help:"); help != std::string::npos) {
      const auto end = std::min(line.find(".,", help), line.find(".\",", help));
      line.erase(help, std::min(end, line.size()) - help);
    }
    std::string word;
    for (const char c : line + " ") {
      if (is_in_word(c) || static_cast<unsigned char>(c) >= 0x80) {
        word += c;
      } else if (!word.empty()) {
        words.insert(lower(std::exchange(word, "")));
      }
    }
    for (const std::string_view quoted : split(line, '"')) words.insert(lower(quoted));
    for (const std::string_view step : split(line, ',')) {
      const std::string_view value = step.substr(step.find_last_of(":[{") + 1);
      words.insert(lower(trim(value.substr(0, value.find_first_of("]}")))));
    }
  }
}

Scrubbed scrub(std::vector<File> files, PrivacyOf privacy, const std::vector<Known>& known,
               const Words& words) {
  Originals originals;
  for (const Known& original : known) originals.add(original.privacy, original.text);
  for (const File& file : files) {
    rewritten(file.text, collecting(originals, {privacy, file.path, words}));
    originals.add_forms(file.path);
  }
  originals.assign();
  for (File& file : files) {
    file.text = rewritten(file.text, replacing(originals, {privacy, file.path, words}));
    file.path = originals.replaced_in_structure(file.path);
  }
  refuse_originals(files, originals);
  return {.files = std::move(files), .replaced = originals.counts()};
}

}  // namespace boxmeter::record
