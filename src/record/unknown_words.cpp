#include "record/unknown_words.h"

#include <algorithm>
#include <cctype>

#include "base/error.h"
#include "base/text.h"
#include "record/document.h"
#include "record/forms.h"
#include "record/letters.h"

namespace boxmeter::record {
namespace {

constexpr std::size_t kShortest = 4;

/// The text without escapes of JSON, XML and URLs.
std::string decoded(std::string_view line) {
  return percent_decoded(xml_unescaped(json_unescaped(line)));
}

/// Addresses are not looked at here: harmless ones occur in replies and in recordings, and
/// Originals finds the others by their form.
void blank_out_forms(std::string& text) {
  for (const FormMatch& match : find_forms(text))
    text.replace(match.at, match.size, match.size, ' ');
}

bool is_special_purpose_mac(std::string_view word) {
  return word.size() == 12 &&
         std::ranges::all_of(
             word, [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }) &&
         is_special_purpose(Form::mac, lower(word));
}

/// Two letters at least: "17T10" and "123456Z" are pieces of a time, "1e400" is a number.
bool is_long(std::string_view word) {
  return word.size() >= kShortest && std::ranges::count_if(word, is_digit) + 1 < std::ssize(word);
}

/// Calls use(word) for the words of a line that are long enough to tell something.
template <typename Use>
void for_words(std::string_view line, Use use) {
  std::string text = decoded(line);
  blank_out_forms(text);
  for (std::size_t at = 0, end = 0; at < text.size(); at = end + 1) {
    for (end = at; end < text.size() && is_letter_or_digit(text[end]);) ++end;
    const std::string_view word = std::string_view(text).substr(at, end - at);
    if (is_long(word) && !is_special_purpose_mac(word)) use(word);
  }
}

/// The same, less the words that the vocabulary knows as they are spelled here: "UserInterface1" is
/// one of ours, though a box may write "userinterface1", which the vocabulary does not know.
template <typename Use>
void for_unknown_words(std::string_view line, const Vocabulary& vocabulary, Use use) {
  for_words(line, [&](std::string_view word) {
    if (!vocabulary.is_made_of_words(word)) use(word);
  });
}

}  // namespace

bool shares_unknown_word(std::string_view before, std::string_view after,
                         const Vocabulary& vocabulary) {
  Words unknown;
  for_unknown_words(before, vocabulary,
                    [&](std::string_view word) { unknown.insert(lower(word)); });
  bool is_shared = false;
  for_unknown_words(after, vocabulary, [&](std::string_view word) {
    is_shared = is_shared || unknown.contains(lower(word));
  });
  return is_shared;
}

std::string without_unknown_words(std::string_view text, const Vocabulary& vocabulary) {
  std::string made;
  for (const std::string_view line : split(text, '\n')) {
    const bool is_quoting = line.starts_with("* ");
    for (std::size_t at = 0; at < line.size();) {
      std::size_t end = at;
      while (end < line.size() && is_letter_or_digit(line[end]) == is_letter_or_digit(line[at]))
        ++end;
      const std::string_view piece = line.substr(at, end - at);
      const bool is_number = piece.size() < kShortest && std::ranges::all_of(piece, is_digit);
      const bool stays = !is_quoting || !is_letter_or_digit(line[at]) || is_number ||
                         vocabulary.is_made_of_words(piece);
      made += stays ? piece : "...";
      at = end;
    }
    made += '\n';
  }
  made.pop_back();
  return made;
}

void refuse_unknown_words(const std::vector<File>& replies, const std::vector<File>& made,
                          const Vocabulary& vocabulary) {
  Words unknown;
  const auto is_own = [](const File& file) { return file.path.ends_with(".md"); };
  for (const File& file : replies)
    if (!is_own(file))
      for_unknown_words(file.text, vocabulary, [&](std::string_view word) {
        if (!vocabulary.is_term(word)) unknown.insert(lower(word));
      });
  const auto refuse_in = [&](std::string_view text, const std::string& place) {
    for_unknown_words(text, vocabulary, [&](std::string_view word) {
      if (unknown.contains(lower(word)))
        throw Error(ErrorKind::internal,
                    place +
                        " would have a word of the box that nobody knows to be harmless; "
                        "nothing was written (this is a bug of boxmeter's)");
    });
  };
  for (const File& file : made) {
    refuse_in(file.path, "the name of a file");
    std::size_t line = 0;
    for (const std::string_view text : split(file.text, '\n'))
      if (!is_own(file))
        refuse_in(text, "'" + file.path + "', line " + std::to_string(++line) + ",");
  }
}

}  // namespace boxmeter::record
