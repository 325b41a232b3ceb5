#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "device/privacy.h"
#include "record/forms.h"
#include "record/vocabulary.h"

namespace boxmeter::record {

/// Everything private that a recording holds (the originals), and the replacement of each.  Call
/// add() and add_forms(), then assign(), then the others.  One thread at a time; never throws
/// Error.
class Originals {
 public:
  /// An original that is made of words of `vocabulary`, which must outlive it, is replaced only
  /// where it is a whole value.
  explicit Originals(const Vocabulary& vocabulary) : vocabulary_(vocabulary) {}

  /// Adds a value.  `is_declared`: the brand says that it is private, or a product; false: it is
  /// not known to be harmless.
  void add(Privacy privacy, std::string_view text, bool is_declared = true);
  /// Adds what is found in a text by its form.
  void add_forms(std::string_view text);
  /// Makes a replacement for each, in the order in which they were added.
  void assign();

  /// The replacement if `text` as a whole is an original; else null.
  const std::string* find(std::string_view text) const;
  /// The same, only for one that the brand says is private, and that is no short number.
  const std::string* find_declared(std::string_view text) const;
  /// `text` with every original in it replaced, however it is written there.
  std::string replaced(std::string_view text) const;
  /// The same for a path or a key, whose words are not private: only what can hardly be anything
  /// but an original is replaced.
  std::string replaced_in_structure(std::string_view text) const;
  /// Whether an original occurs in a lower-case text.
  bool has_original(const std::string& lower_text) const;

  /// How many originals there are, by "MAC addresses", "phone numbers", ...
  std::map<std::string, std::size_t> counts() const;

 private:
  struct Original {
    Privacy privacy = Privacy::open;
    std::string text = {};  // as first seen
    std::string replacement = {};
    bool is_mac = false;  // without colons; it keeps its case
    bool is_declared = false;
    bool in_text = false;       // looked for in longer texts
    bool in_structure = false;  // looked for in paths and keys
  };
  using FormKey = std::pair<Form, std::string>;

  void add_without_blanks(const std::string& key);
  void choose_where(Original& original, const std::string& key);
  std::string new_form(const FormKey& key, std::size_t& count);
  std::string new_ipv6(const std::string& key);
  bool is_taken(const std::string& candidate) const;
  std::string spelled(const FormMatch& match, std::string_view text) const;
  std::string in_plain(std::string_view text, bool is_structure) const;
  std::string in_all_spellings(std::string_view text, bool is_structure) const;
  const std::string* longest_at(std::string_view lower_text, std::size_t at,
                                bool is_structure) const;

  const Vocabulary& vocabulary_;
  std::unordered_map<std::string, Original> originals_;  // by lower-case text
  std::vector<std::string> order_;                       // of their keys
  std::map<FormKey, std::string> forms_;                 // their replacements
  std::vector<FormKey> form_order_;
  std::map<std::string, std::vector<std::string>> by_prefix_;  // keys of originals, longest first
  std::set<std::string>
      taken_;  // no replacement may be one of these: originals, and values that stay
  std::set<std::string> products_;  // lower case
  // Halves of IPv6 addresses: those that occur, and the replacements.
  std::set<std::string> halves_seen_;
  std::map<std::string, std::string> new_halves_;
};

/// Whether the text at `at` is a word of its own and no piece of a longer one.  True for a long
/// code in any case.
bool stands_alone(std::string_view text, std::size_t at, std::size_t size);

}  // namespace boxmeter::record
