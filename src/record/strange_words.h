#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "record/scrub.h"
#include "record/vocabulary.h"

namespace boxmeter::record {

/// The last check, which knows nothing of originals and replacements, nor of what a brand calls
/// private: it reads `replies` and the recording that was `made` of them as a search would, byte by
/// byte.  A word of four letters and digits or more, a letter among them, that stands in a reply
/// and that the vocabulary does not know must not stand in the recording.  Pure.  Throws
/// Error{internal} that names file and line, and not the word.
void refuse_strange_words(const std::vector<File>& replies, const std::vector<File>& made,
                          const Vocabulary& vocabulary);

/// Whether a word that nobody knows stands in both.  Pure.
bool shares_strange_word(std::string_view before, std::string_view after,
                         const Vocabulary& vocabulary);

/// A text of boxmeter's that quotes a box in its list ("* ..."): there every word that nobody knows
/// becomes "...".  Pure.
std::string without_strange_words(std::string_view text, const Vocabulary& vocabulary);

}  // namespace boxmeter::record
