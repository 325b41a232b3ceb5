#include "record/vocabulary.h"

#include <algorithm>

#include "base/text.h"
#include "record/letters.h"

namespace boxmeter::record {

std::string_view shipped_words();  // words.txt: made by embed_words.py

namespace {

constexpr std::size_t kLongestNumber = 4, kMostPieces = 12;

/// Words of field names that are also names of people: harmless only together with other words.
constexpr std::string_view kAlsoNames[] = {"max", "min", "ray", "mark", "may", "will"};

/// A letter that is no ASCII capital; those of other alphabets have no case here.
bool is_small(char c) { return is_letter(c) && !is_upper(c); }

template <typename Is>
std::size_t length_while(std::string_view text, Is is) {
  return static_cast<std::size_t>(std::ranges::find_if_not(text, is) - text.begin());
}

/// How long the word at the start is: "ip" of "ipAddress", "MAC" of "MACAddress", "Bit" of
/// "BitRate".
std::size_t word_length(std::string_view text) {
  std::size_t capitals = length_while(text, is_upper);
  const bool small_follows = capitals < text.size() && is_small(text[capitals]);
  if (capitals > 1 && small_follows) return capitals - 1;
  return capitals > 1 || !small_follows ? std::max<std::size_t>(capitals, 1)
                                        : capitals + length_while(text.substr(capitals), is_small);
}

/// Calls use(word) for each word of a text, and use(digits) for each number.  Letters that `is_one`
/// are one word, however they are written ("UPnP").
template <typename Is, typename Use>
void for_words(std::string_view text, Is is_one, Use use) {
  while (!text.empty()) {
    std::size_t size = 1;
    const std::string_view letters = text.substr(0, length_while(text, is_letter));
    if (is_digit(text.front()))
      use(text.substr(0, size = length_while(text, is_digit)));
    else if (!letters.empty())
      use(text.substr(0, size = is_one(letters) ? letters.size() : word_length(letters)));
    text.remove_prefix(size);
  }
}

/// The name of the member that a path leads to: its last step that is a name.  Empty: there is
/// none.
std::string member_of(const Path& path) {
  std::string member;
  for (const std::string_view step : split(path.text(), '/')) {
    const bool is_name = !step.empty() && step != "*" && step != ".." && step != "~" &&
                         !std::ranges::all_of(step, is_digit) && step.front() != '-';
    if (!is_name) continue;
    member = step;
    for (const auto& [escape, c] : {std::pair("~1", "/"), std::pair("~0", "~")})
      for (std::size_t at = 0; (at = member.find(escape, at)) != std::string::npos; ++at)
        member.replace(at, 2, c);
  }
  return lower(member);
}

/// Adds to a MemberUse what one rule reads.
class RuleReader {
 public:
  RuleReader(MemberUse& member_use, const Rule& rule) : member_use_(member_use) {
    for (const Source& source : rule.each) {
      sources(source, rows_);
      const bool are_members = source.split.empty() && source.path.text().ends_with("*");
      if (are_members && reads_rows(rule)) member_use_.maps.insert(member_of(source.path));
    }
    for (const std::string& row : rows_) member_use_.read.insert(row);
  }

  /// Names of the members that a path leads to: those of the rows, where it is empty.
  Words members(const Path& path) const {
    const std::string member = member_of(path);
    return member.empty() ? rows_ : Words{member};
  }

  void conditions(const std::vector<Condition>& all) {
    for (const Condition& condition : all) {
      measure(condition.path);
      if (condition.same) measure(*condition.same);
      for (const auto* texts : {&condition.any, &condition.none}) compare(condition.path, *texts);
    }
  }

  void source(const Source& source, bool is_value) {
    Words found;
    sources(source, found);
    for (const std::string& member : found) {
      member_use_.read.insert(member);
      if (is_value) member_use_.measured.insert(member);
    }
  }

  void compare(const Path& path, const std::vector<std::string>& texts) {
    for (const std::string& member : members(path))
      for (const std::string& text : texts) member_use_.compared[member].insert(lower(text));
  }

  void mapped(const Source& source, const Mapping& map) {
    std::vector<std::string> texts;
    for (const auto& [text, meant] : map.entries) texts.push_back(text);
    compare(source.path, texts);
  }

 private:
  void measure(const Path& path) {
    for (const std::string& member : members(path)) {
      member_use_.read.insert(member);
      member_use_.measured.insert(member);
    }
  }

  static bool reads_rows(const Rule& rule) {
    return std::ranges::any_of(rule.value, [](const Source& source) {
      return !source.constant && source.sum.empty() && source.path.is_row();
    });
  }

  void sources(const Source& source, Words& found) const {
    if (!source.constant && source.sum.empty()) found.merge(members(source.path));
    for (const Source& addend : source.sum) found.merge(members(addend.path));
  }

  MemberUse& member_use_;
  Words rows_;
};

void add_rule(MemberUse& member_use, const Rule& rule) {
  RuleReader reader(member_use, rule);
  reader.conditions(rule.where);
  reader.conditions(rule.prefer);
  for (const Source& source : rule.value) {
    reader.source(source, /*is_value=*/true);
    reader.mapped(source, rule.map);
    reader.compare(source.path, rule.absent);
    for (const State& state : rule.states) reader.compare(source.path, state.texts);
  }
  for (const LabelRule& label : rule.labels) {
    reader.source(label.source, /*is_value=*/label.match != nullptr);
    reader.mapped(label.source, label.map);
  }
}

}  // namespace

void add_member_use(MemberUse& member_use, const Query& query) {
  for (const Rule& rule : query.rules) add_rule(member_use, rule);
  for (const Part& part : query.parts)
    for (const Request& request : part.first)
      for (const auto& [name, asked] : request.args)  // query.lua calls its answers by the question
        if (member_use.read.contains(lower(name))) member_use.read.insert(lower(asked));
  if (!query.loop) return;
  Rule rule{.each = query.loop->each, .where = query.loop->where};
  for (const auto& [name, path] : query.loop->bind)
    rule.labels.push_back({.name = name, .source = {.path = path}});
  add_rule(member_use, rule);
}

Vocabulary::Vocabulary() { add_words(shipped_words()); }

Vocabulary Vocabulary::of_everything() {
  Vocabulary all;
  all.knows_everything_ = true;
  return all;
}

void Vocabulary::add_words(std::string_view text) {
  const auto is_one = [](std::string_view) { return false; };
  for_words(text, is_one, [&](std::string_view word) {
    if (word.size() > 1 && !is_digit(word.front())) words_.insert(lower(word));
  });
}

void Vocabulary::add(const Query& query) {
  MemberUse member_use;
  add_member_use(member_use, query);
  for (const std::string& member : member_use.read) add_words(member);
  for (const auto& [member, texts] : member_use.compared)
    for (const std::string& text : texts) {
      texts_.insert(text);
      add_words(text);
    }
  const auto add_path = [&](const Path& path) { add_words(path.text()); };
  for (const Rule& rule : query.rules) {
    for (const Source& source : rule.each) add_path(source.path);
    for (const Source& source : rule.value) add_path(source.path);
    for (const LabelRule& label : rule.labels) add_path(label.source.path);
    for (const Condition& condition : rule.where) add_path(condition.path);
    for (const std::string& unit : rule.units) add_words(unit);
  }
  for (const Part& part : query.parts)
    for (const Request& request : part.first) {
      add_words(request.target);
      for (const auto& [name, value] : request.args) {
        add_words(name);
        add_words(value);
      }
    }
}

bool Vocabulary::has(std::string_view word) const {
  return knows_everything_ || word.size() < 2 || words_.contains(lower(word));
}

bool Vocabulary::is_made_of_words(std::string_view text) const {
  if (knows_everything_) return true;
  bool is_known = true, has_letter = false;
  // A text with two single letters in it is a code: not "fbxgw9r", but "1a2b3c4d".
  std::size_t pieces = 0, lone = 0;
  const char* end_of_last = nullptr;
  const auto is_one = [&](std::string_view letters) { return letters.size() > 1 && has(letters); };
  for_words(text, is_one, [&](std::string_view word) {
    const bool goes_on = word.data() == end_of_last;
    pieces = goes_on ? pieces + 1 : 1;
    const bool is_number = is_digit(word.front());
    lone = (goes_on ? lone : 0) + (!is_number && word.size() == 1 ? 1 : 0);
    has_letter = has_letter || !is_number;
    is_known = is_known && lone < 2 && pieces <= kMostPieces &&
               (is_number ? word.size() <= kLongestNumber : has(word));
    end_of_last = word.data() + word.size();
  });
  return is_known && has_letter;
}

bool Vocabulary::is_term(std::string_view text) const {
  if (knows_everything_ || texts_.contains(lower(text))) return true;
  if (text.find_first_of(" \t\r\n@") != std::string_view::npos) return false;
  const bool is_name = std::ranges::find(kAlsoNames, lower(text)) != std::end(kAlsoNames);
  return !is_name && is_made_of_words(text);
}

}  // namespace boxmeter::record
