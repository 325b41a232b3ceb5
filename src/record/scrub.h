#pragma once
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "device/privacy.h"

namespace boxmeter::record {

/// A reply as the box sent it, and where it stands in a recording.
struct File {
  std::string path = {};
  std::string text = {};
  friend bool operator==(const File&, const File&) = default;
};

struct Known {
  Privacy privacy = Privacy::open;
  std::string text = {};
};

struct Scrubbed {
  std::vector<File> files = {};
  std::map<std::string, std::size_t> replaced = {};  // how many originals, by "MAC addresses", ...
};

/// Words that are nobody's, in lower case.
using Words = std::set<std::string, std::less<>>;

/// Those of a pack: what its rules compare with, and what they call the places that they read.
void add_words(Words& words, std::string_view pack);

/// Replaces everything that tells of somebody: MACs, public addresses, UUIDs, mail addresses and
/// session ids wherever they stand, and what a brand says of the members of its replies.  One
/// original has one replacement, of the same shape and out of the documentation ranges (RFC 5737,
/// 3849, 7042), wherever and however it is written: in longer texts, in other cases, without
/// colons, percent-encoded, in entities, in base64.  Private addresses (RFC 1918) are everybody's
/// and stay.  A text of which a brand says nothing (Privacy::open) stays only where it is known to
/// be harmless: one of `words`, a version, a time, a number that is short or stands where a pack
/// reads one.  Pure.
///
/// Throws Error{internal} where an original still stands afterwards, without naming it.
/// `known` is what is private wherever it stands: who logged in, and with what.
Scrubbed scrub(std::vector<File> files, PrivacyOf privacy, const std::vector<Known>& known = {},
               const Words& words = {});

}  // namespace boxmeter::record
