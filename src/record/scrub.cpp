#include "record/scrub.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "record/document.h"
#include "record/originals.h"

namespace boxmeter::record {
namespace {

bool is_structure(const Spot& spot) { return spot.name == "#key"; }

/// What a brand says of the values of one file.
struct Judge {
  PrivacyOf privacy;
  std::string_view file;

  Privacy operator()(const Spot& spot, std::string_view value) const {
    if (spot.name.starts_with('#')) return Privacy::open;
    std::string_view member = spot.name;
    if (member.starts_with('@')) member.remove_prefix(1);
    return privacy({.file = file, .parent = spot.parent, .member = member}, value);
  }
};

/// Every line of a text is an original of its own, as logs repeat them.
template <typename Use>
void for_lines(std::string_view text, Use use) {
  for (const std::string_view line : split(text, '\n')) use(line);
}

Visit collecting(Originals& originals, const Judge& judge) {
  return [&originals, judge](const Spot& spot, const std::string& text) {
    const Privacy privacy = judge(spot, text);
    if (privacy == Privacy::text)
      for_lines(text, [&](std::string_view line) { originals.add(privacy, line); });
    else
      originals.add(privacy, text);
    originals.add_forms(text);
    if (text.find('%') != std::string::npos) originals.add_forms(percent_decoded(text));
    if (text.find('&') != std::string::npos) originals.add_forms(xml_unescaped(text));
    return text;
  };
}

Visit replacing(const Originals& originals, const Judge& judge) {
  const auto whole = [&originals](std::string_view text) {
    const std::string* replacement = originals.find(text);
    return replacement != nullptr ? *replacement : originals.replaced(text);
  };
  return [=, &originals](const Spot& spot, const std::string& text) -> std::string {
    if (is_structure(spot)) return originals.replaced_in_structure(text);
    const Privacy privacy = judge(spot, text);
    if (privacy == Privacy::open || privacy == Privacy::product) return originals.replaced(text);
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

/// The last check does not believe the replacing: it reads the result as a person with a search
/// would, spelled in every way.
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
    const auto tells = [&](const std::string& read) { return originals.stand_in(read); };
    if (is_in_path || std::ranges::any_of(reads, tells))
      throw Error(ErrorKind::internal,
                  (is_in_path ? "the name of a file" : "'" + file.path + "'") +
                      " would still tell what must not be told; nothing was written (this is a bug "
                      "of boxmeter's)");
  }
}

}  // namespace

Scrubbed scrub(std::vector<File> files, PrivacyOf privacy, const std::vector<Known>& known) {
  Originals originals;
  for (const Known& original : known) originals.add(original.privacy, original.text);
  for (const File& file : files) {
    rewritten(file.text, collecting(originals, {privacy, file.path}));
    originals.add_forms(file.path);
  }
  originals.assign();
  for (File& file : files) {
    file.text = rewritten(file.text, replacing(originals, {privacy, file.path}));
    file.path = originals.replaced_in_structure(file.path);
  }
  refuse_originals(files, originals);
  return {.files = std::move(files), .replaced = originals.counts()};
}

}  // namespace boxmeter::record
