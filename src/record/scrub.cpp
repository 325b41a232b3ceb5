#include "record/scrub.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "http/encode.h"
#include "record/classifier.h"
#include "record/document.h"
#include "record/originals.h"
#include "record/replacement.h"
#include "record/unknown_words.h"

namespace boxmeter::record {
namespace {

bool is_structure(const Spot& spot) { return spot.name == "#key"; }

/// Each line of a text becomes an original of its own, since logs repeat lines.
template <typename Use>
void for_lines(std::string_view text, Use use) {
  for (const std::string_view line : split(text, '\n')) use(line);
}

Visit collecting(Originals& originals, const Classifier& classifier) {
  return [&originals, classifier](const Spot& spot, const std::string& text) {
    const auto found = classifier(spot, text);
    const auto add = [&](std::string_view each) {
      originals.add(found.privacy, each, found.is_declared);
    };
    if (found.privacy == Privacy::text)
      for_lines(text, add);
    else
      add(text);
    originals.add_forms(text);
    if (text.find('%') != std::string::npos) originals.add_forms(percent_decoded(text));
    if (text.find('&') != std::string::npos) originals.add_forms(xml_unescaped(text));
    return text;
  };
}

Visit replacing(const Originals& originals, const Classifier& classifier) {
  const auto whole = [&originals](std::string_view text) {
    const std::string plain = from_base64(text);
    const std::string* replacement = originals.find(plain.empty() ? text : plain);
    if (replacement == nullptr) return originals.replaced(text);
    return plain.empty() ? *replacement : http::base64(*replacement);
  };
  return [=, &originals](const Spot& spot, const std::string& text) -> std::string {
    const Privacy privacy = classifier(spot, text).privacy;
    if (is_structure(spot) && privacy == Privacy::open)
      return originals.replaced_in_structure(text);
    const bool stays = privacy == Privacy::open || privacy == Privacy::product;
    // A measured number may by chance equal one that is private elsewhere.
    if (stays && is_number(text) && originals.find_declared(text) == nullptr) return text;
    if (stays) return originals.replaced(text);
    if (privacy != Privacy::text) return whole(text);
    std::string lines;
    for_lines(text, [&](std::string_view line) {
      lines += whole(line);
      lines += '\n';
    });
    lines.pop_back();
    return lines;
  };
}

/// A check that does not rely on the replacing: searches the result for originals, in all
/// spellings.
void refuse_originals(const std::vector<File>& files, const Originals& originals) {
  for (const File& file : files) {
    std::string values;
    rewritten(file.text, [&](const Spot& spot, const std::string& text) {
      if (!is_structure(spot)) values += lower(text) + "\n";
      return text;
    });
    const bool is_in_path = originals.replaced_in_structure(file.path) != file.path;
    const std::string reads[] = {values, lower(percent_decoded(values)),
                                 lower(xml_unescaped(values)), lower(json_unescaped(values))};
    const auto tells = [&](const std::string& read) { return originals.has_original(read); };
    if (is_in_path || std::ranges::any_of(reads, tells))
      throw Error(ErrorKind::internal,
                  (is_in_path ? "the name of a file" : "'" + file.path + "'") +
                      " would still tell what must not be told; nothing was written (this is a bug "
                      "of boxmeter's)");
  }
}

}  // namespace

Scrubbed scrub(std::vector<File> files, PrivacyOf privacy, const Vocabulary& vocabulary,
               const std::vector<PrivateText>& known) {
  Originals originals(vocabulary);
  const auto classifier_of = [&](const File& file) {
    return Classifier{privacy, file.path, file.member_use, vocabulary};
  };
  for (const PrivateText& original : known) originals.add(original.privacy, original.text);
  for (const File& file : files) {
    rewritten(file.text, collecting(originals, classifier_of(file)));
    originals.add_forms(file.path);
  }
  originals.assign();
  const std::vector<File> replies = files;
  for (File& file : files) {
    file.text = rewritten(file.text, replacing(originals, classifier_of(file)));
    file.path = originals.replaced_in_structure(file.path);
  }
  for (File& file : files)
    if (file.path.ends_with(".md")) file.text = without_unknown_words(file.text, vocabulary);
  // A file whose path would tell a word of the box is left out.
  for (std::size_t i = files.size(); i-- > 0;)
    if (shares_unknown_word(replies[i].path, files[i].path, vocabulary))
      files.erase(files.begin() + static_cast<std::ptrdiff_t>(i));
  refuse_originals(files, originals);
  refuse_unknown_words(replies, files, vocabulary);
  return {.files = std::move(files), .replaced = originals.counts()};
}

}  // namespace boxmeter::record
