#pragma once
#include <span>
#include <string_view>

// Tables of the keys that a mapping of a configuration may have.  They drive the reader (an unknown
// key, a missing one, bounds, defaults), and all that describes the files: the JSON schema, the man
// page, completions.
namespace boxmeter {

/// What may stand behind a key.
enum class KeyType {
  text,      // any single value
  word,      // one of `choices`
  name,      // letters, digits, '_', '.' and '-': it becomes the name of a file
  boolean,   // true or false
  integer,   // a whole number, `least` to `most`
  number,    // a number such as 0.001
  duration,  // "15s", `least` to `most`
  size,      // "5KB" or "1MiB", `least` to `most`
  file,      // a path; a relative one begins at the folder of the file that names it
  url,       // "https://host:port"
  texts,     // one text or a list of them
  mapping,   // of texts, by names that the user chooses
  section,   // a mapping that has the keys of `members`
  sections,  // a list of these
  other,     // a grammar of its own, which `help` outlines
};

struct KeyTable;

/// One key.  Every field but the first three may be left out.  Texts are written as in a file.
struct Key {
  std::string_view name;
  KeyType type;
  std::string_view help;                   // a sentence without a full stop
  std::string_view default_text = {};      // empty: none, or `help` describes it
  std::string_view example = {};           // what somebody might write behind the colon
  std::string_view least = {}, most = {};  // of an integer, a duration or a size; both included
  std::span<const std::string_view> choices = {};  // of a word
  const KeyTable* members = nullptr;               // of a section or of each of several
  bool required = false;
  bool secret = false;  // never quoted by a message, hidden wherever the file is shown
};

/// The rows of one mapping.  All tables are static data, so that references to rows stay valid.
using Keys = std::span<const Key>;

/// What a Key's `members` points to.
struct KeyTable {
  Keys keys;
};

/// The row of that name; null: there is none.  Pure.
const Key* find_key(Keys keys, std::string_view name);

}  // namespace boxmeter
