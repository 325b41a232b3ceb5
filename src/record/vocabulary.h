#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "metric/query.h"

namespace boxmeter::record {

using Words = std::set<std::string, std::less<>>;  // in lower case

/// What packs do with the members of one reply: names and texts in lower case.
struct Reading {
  Words read = {};      // looked at in any way: a number there is a measured value or an id
  Words measured = {};  // of them those that a value is read from, or that decide whether there is
                        // one
  Words maps = {};      // of them those all of whose members are read, whatever they are called
  std::map<std::string, Words, std::less<>> compared = {};  // texts that a member is held against
};

/// Adds what the rules of a query, and its loop, read.
void add_reading(Reading& reading, const Query& query);

/// What is known to tell nothing of anybody: the words of words.txt, and those of the packs that
/// were added.  Const from then on; any thread.
class Vocabulary {
 public:
  /// Knows the words of words.txt.
  Vocabulary();
  /// Knows everything: then only what a brand calls private, or shows it by its form, is.
  static Vocabulary of_everything();

  /// What the query asks for, how its paths call what they read, and what they are compared with.
  void add(const Query& query);

  /// Whether a text is made of known words, single letters, signs and at most four digits in a
  /// row: "rate_up", "NewX_AVM-DE_MaxBitRate", "FRITZ!Repeater 1200 AX".  Wrong for "".
  bool is_made_of_words(std::string_view text) const;
  /// Whether a value is one that a pack compares with, or a single term: "going_up", "IP_Routed".
  bool is_term(std::string_view text) const;
  /// Whether that single word is known.
  bool has(std::string_view word) const;

  bool knows_everything() const { return knows_everything_; }

 private:
  void add_words(std::string_view text);

  bool knows_everything_ = false;
  Words words_;
  Words texts_;  // whole, of packs
};

}  // namespace boxmeter::record
