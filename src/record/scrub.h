#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "device/privacy.h"
#include "record/vocabulary.h"

namespace boxmeter::record {

/// A reply as the box sent it, and where it stands in a recording.
struct File {
  std::string path = {};
  std::string text = {};
  MemberUse member_use = {};  // what packs do with it
  friend bool operator==(const File& a, const File& b) {
    return a.path == b.path && a.text == b.text;
  }
};

/// A text that is private wherever it stands.
struct PrivateText {
  Privacy privacy = Privacy::open;
  std::string text = {};
};

struct Scrubbed {
  std::vector<File> files = {};
  std::map<std::string, std::size_t> replaced = {};  // how many originals, by "MAC addresses", ...
};

/// Replaces everything that may be personal: MACs, public addresses, UUIDs, mail addresses and
/// session ids wherever they stand, what a brand says of the members of its replies, and every text
/// and every name of a member that is not known to be harmless: words of the vocabulary, versions,
/// times, what a pack compares with, numbers of at most two digits and those that a pack reads.
/// One original has one replacement, out of the documentation ranges (RFC 5737, 3849, 7042) for
/// addresses, of the same shape for numbers and codes, such as "host-1" for names; wherever and
/// however it is written: in longer texts (but for those under 4 bytes, those made of harmless
/// words, and numbers that no brand declares), in other cases, without colons, percent-encoded, in
/// entities, in base64.  Private addresses (RFC 1918) stay.  A file whose path would still tell an
/// unknown word is left out.  Pure.
///
/// Throws Error{internal} where an original, or a word of the replies that the vocabulary does not
/// know, still stands in a value or path afterwards, without naming it.  `known`: the user name and
/// password of the recording, for example.
Scrubbed scrub(std::vector<File> files, PrivacyOf privacy, const Vocabulary& vocabulary,
               const std::vector<PrivateText>& known = {});

}  // namespace boxmeter::record
