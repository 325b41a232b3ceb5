#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "metric/query.h"

namespace boxmeter::record {

using Words = std::set<std::string, std::less<>>;  // in lower case

/// How packs use the members of one reply.  Names and texts are in lower case.
struct MemberUse {
  Words read = {};      // members read in any way: a number there is a measured value or an id
  Words measured = {};  // of these: a value is read from them, or they decide whether there is one
  Words maps = {};      // of these: all their members are read, whatever their names
  std::map<std::string, Words, std::less<>> compared = {};  // texts that a member is compared with
};

/// Adds what the rules of a query, and its loop, read.
void add_member_use(MemberUse& member_use, const Query& query);

/// The words that are known to be harmless: those of words.txt, and those of the packs that were
/// added.  Any thread once nothing is added any more; never throws Error.
class Vocabulary {
 public:
  /// Knows the words of words.txt.
  Vocabulary();
  /// One that knows every word: then only that is private which the brand calls so, or which is
  /// found by its form.
  static Vocabulary of_everything();

  /// Adds the words of a query: of its requests, its paths and the texts that it compares with.
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
