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

/// Everything private that a recording holds, and what stands in its place.  Filled with add(),
/// then assign(), then asked.
class Originals {
 public:
  /// `vocabulary` outlives it: what is made of its words is replaced where it stands as a value,
  /// and never looked for elsewhere.
  explicit Originals(const Vocabulary& vocabulary) : vocabulary_(vocabulary) {}

  /// A value that a brand called private, or product; not `is_told`: that nobody knows.
  void add(Privacy privacy, std::string_view text, bool is_told = true);
  /// What a value shows by its form.
  void add_forms(std::string_view text);
  /// Finds a replacement for each, in the order in which they were added.
  void assign();

  /// The replacement of a whole value; null when it is none.
  const std::string* find(std::string_view text) const;
  /// The same for one that a brand called private, and that is no short number.
  const std::string* find_told(std::string_view text) const;
  /// `text` with every original in it replaced, however it is written there.
  std::string replaced(std::string_view text) const;
  /// The same for a text in which words mean something else (a path, a key): only what could be
  /// nothing but an original is replaced.
  std::string replaced_in_structure(std::string_view text) const;
  /// Whether an original stands in a lower-case text, as whoever reads it would see it.
  bool stand_in(const std::string& lower_text) const;

  std::map<std::string, std::size_t> counts() const;

 private:
  struct Original {
    Privacy privacy = Privacy::open;
    std::string text = {};  // as first seen
    std::string replacement = {};
    bool is_mac = false;  // without colons; it keeps its case
    bool is_told = false;
    bool in_text = false;       // looked for in longer texts
    bool in_structure = false;  // looked for in paths and keys
  };
  using FormKey = std::pair<Form, std::string>;

  void add_without_blanks(const std::string& key);
  void look_for(Original& original, const std::string& key);
  std::string new_form(const FormKey& key, std::size_t& count);
  std::string new_ipv6(const std::string& key);
  bool is_taken(const std::string& candidate) const;
  std::string spelled(const Find& find, std::string_view text) const;
  std::string in_plain(std::string_view text, bool is_structure) const;
  std::string in_all_spellings(std::string_view text, bool is_structure) const;
  const std::string* longest_at(std::string_view lower_text, std::size_t at,
                                bool is_structure) const;

  const Vocabulary& vocabulary_;
  std::unordered_map<std::string, Original> originals_;  // by lower-case text
  std::vector<std::string> order_;                       // of their keys
  std::map<FormKey, std::string> forms_;                 // their replacements
  std::vector<FormKey> form_order_;
  std::map<std::string, std::vector<std::string>> by_start_;  // keys of originals, longest first
  std::set<std::string> taken_;     // what no replacement may be: originals, and what stays
  std::set<std::string> products_;  // lower case
  // Of IPv6 addresses: what was seen and what replaces it.
  std::set<std::string> halves_seen_;
  std::map<std::string, std::string> new_halves_;
};

/// Whether the text at `at` stands there by itself and not as a piece of a longer word.  A long
/// code is nobody else's even then.
bool stands_alone(std::string_view text, std::size_t at, std::size_t size);

}  // namespace boxmeter::record
