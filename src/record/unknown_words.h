#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "record/scrub.h"
#include "record/vocabulary.h"

namespace boxmeter::record {

/// The last check, which relies neither on Originals nor on what a brand calls private: it compares
/// the bytes of `replies` with those of the recording `made` of them.  A word of four letters and
/// digits or more, a letter among them, that stands in a reply and that the vocabulary does not
/// know must not stand in the recording.  Pure.  Throws Error{internal} that names file and line,
/// and not the word.
void refuse_unknown_words(const std::vector<File>& replies, const std::vector<File>& made,
                          const Vocabulary& vocabulary);

/// Whether a word that the vocabulary does not know occurs in both texts.  Pure.
bool shares_unknown_word(std::string_view before, std::string_view after,
                         const Vocabulary& vocabulary);

/// A text by boxmeter in which list items ("* ...") quote the box: there every word that the
/// vocabulary does not know becomes "...".  Pure.
std::string without_unknown_words(std::string_view text, const Vocabulary& vocabulary);

}  // namespace boxmeter::record
