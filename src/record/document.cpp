#include "record/document.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/text.h"
#include "record/letters.h"

namespace boxmeter::record {
namespace {

/// Whether a value is itself an XML or JSON document.
bool is_document(std::string_view text) {
  text = trim(text);
  if (text.size() < 4) return false;
  if (text.front() == '<')
    return text.back() == '>' && (text.find("</") != text.npos || text.ends_with("/>"));
  return (text.front() == '{' || text.front() == '[') && json_depth(text) < 64 &&
         nlohmann::json::accept(text);
}

std::string visited(const Visit& visit, const Spot& spot, const std::string& text) {
  return is_document(text) ? rewritten(text, visit) : visit(spot, text);
}

/// Copies a document, with its values replaced by what `visit` returns.
class Copy {
 public:
  Copy(std::string_view text, const Visit& visit) : text_(text), visit_(visit) {}

 protected:
  bool at_end() const { return at_ >= text_.size(); }
  bool comes(std::string_view what) const { return text_.substr(at_).starts_with(what); }
  /// Takes up to, and without, the first of `end`; all that is left where there is none.
  std::string_view until(std::string_view end) {
    const auto found = std::min(text_.find(end, at_), text_.size());
    const auto taken = text_.substr(at_, found - at_);
    at_ = found;
    return taken;
  }
  std::string_view take(std::size_t count) {
    const auto taken = text_.substr(at_, count);
    at_ += taken.size();
    return taken;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  const Visit& visit_;
  std::string copy_;
};

class XmlCopy : Copy {
 public:
  using Copy::Copy;

  std::string made() && {
    while (!at_end()) {
      if (comes("<!--"))
        marked("<!--", "-->", inside("#comment"));
      else if (comes("<![CDATA["))
        marked("<![CDATA[", "]]>", element());
      else if (comes("<?"))
        marked("<?", "?>", inside("#comment"));
      else if (comes("<!"))
        marked("<!", ">", inside("#comment"));
      else if (comes("<"))
        tag();
      else
        value(until("<"), element());
    }
    return std::move(copy_);
  }

 private:
  /// The location of text directly in the innermost open element.
  Spot element() const {
    const auto size = elements_.size();
    return {.parent = size > 1 ? elements_[size - 2] : "",
            .name = size > 0 ? elements_.back() : ""};
  }
  Spot inside(std::string name) const {
    return {.parent = element().name, .name = std::move(name)};
  }

  void marked(std::string_view begin, std::string_view end, const Spot& spot) {
    copy_.append(take(begin.size()));
    copy_.append(visited(visit_, spot, std::string(until(end)))).append(take(end.size()));
  }

  /// Copies an escaped value; the white space around it stays.
  void value(std::string_view raw, const Spot& spot) {
    const std::string_view inner = trim(raw);
    if (inner.empty()) {
      copy_.append(raw);
      return;
    }
    const std::string plain = xml_unescaped(inner);
    const std::string wanted = visited(visit_, spot, plain);
    const auto before = static_cast<std::size_t>(inner.data() - raw.data());
    copy_.append(raw.substr(0, before));
    copy_.append(wanted == plain ? std::string(inner) : xml_escaped(wanted));
    copy_.append(raw.substr(before + inner.size()));
  }

  /// The name of an element or attribute, and the prefix that stands for its namespace.
  void called(std::string_view name) {
    const auto colon = name.rfind(':');
    if (colon != std::string_view::npos) {
      copy_.append(key(name.substr(0, colon))).append(":");
      name.remove_prefix(colon + 1);
    }
    copy_.append(key(name));
  }
  std::string key(std::string_view name) const {
    return name.empty() ? "" : visit_(inside("#key"), std::string(name));
  }

  void tag() {
    const auto name = text_.substr(at_ + 1, text_.find_first_of(" \t\r\n/>", at_ + 2) - at_ - 1);
    const bool closes = name.starts_with('/');
    copy_.append(take(closes ? 2 : 1));
    called(take(name.size() - (closes ? 1 : 0)));
    while (!at_end() && !comes(">") && !comes("/>")) attribute();
    const bool is_empty = comes("/>");
    copy_.append(take(is_empty ? 2 : 1));
    if (closes && !elements_.empty()) elements_.pop_back();
    if (!closes && !is_empty) elements_.emplace_back(name.substr(name.rfind(':') + 1));
  }

  void attribute() {
    const auto end = text_.find_first_of("=>/ \t\r\n", at_);
    const std::string_view name = take(std::min(end, text_.size()) - at_);
    called(name);
    if (at_end() || comes(">") || comes("/>")) return;
    const char next = text_[at_];
    copy_.append(take(1));
    if (next != '=' || (!comes("\"") && !comes("'"))) return;
    const std::string quote(take(1));
    copy_.append(quote);
    value(until(quote), inside("@" + std::string(name.substr(name.rfind(':') + 1))));
    copy_.append(take(1));
  }

  std::vector<std::string> elements_;
};

class JsonCopy : Copy {
 public:
  using Copy::Copy;

  std::string made() && {
    while (!at_end()) {
      const char c = text_[at_];
      if (c == '"')
        string();
      else if (c == '-' || (c >= '0' && c <= '9'))
        number();
      else if (is_letter(c))
        bare();
      else
        mark(c);
    }
    return std::move(copy_);
  }

 private:
  struct Level {
    bool is_object = false;
    Spot spot = {};  // of what stands in it
  };

  void mark(char c) {
    if (c == '{' || c == '[') {
      is_key_ = c == '{';
      levels_.push_back({is_key_, is_key_ ? Spot{.parent = spot().name} : spot()});
    }
    if (c == '}' || c == ']') {
      if (!levels_.empty()) levels_.pop_back();
      is_key_ = false;
    }
    if (c == ',') is_key_ = !levels_.empty() && levels_.back().is_object;
    copy_.append(take(1));
  }

  Spot spot() const { return levels_.empty() ? Spot() : levels_.back().spot; }

  void string() {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
    end = std::min(end, text_.size());
    copy_.append(take(1));
    const std::string_view raw = take(end - at_);
    const std::string plain = json_unescaped(raw);
    const std::string wanted =
        is_key_ ? visit_({spot().parent, "#key"}, plain) : visited(visit_, spot(), plain);
    if (is_key_) levels_.back().spot.name = plain;
    is_key_ = false;
    copy_.append(wanted == plain ? std::string(raw) : escaped(wanted)).append(take(1));
  }

  void number() {
    const auto end = std::min(text_.find_first_not_of("+-.0123456789eE", at_), text_.size());
    const std::string plain(take(end - at_));
    Spot here = spot();
    here.is_number = true;
    const std::string wanted = visit_(here, plain);
    const bool is_number = wanted.find_first_not_of("+-.0123456789eE") == wanted.npos;
    copy_.append(is_number ? wanted : "\"" + escaped(wanted) + "\"");
  }

  /// A word that is not in quotes: true, false, null, or one that is no JSON.
  void bare() {
    const auto* const end = std::find_if_not(
        text_.begin() + at_, text_.end(), [](char c) { return is_letter_or_digit(c) || c == '_'; });
    const std::string plain(take(static_cast<std::size_t>(end - text_.begin()) - at_));
    const bool is_literal = plain == "true" || plain == "false" || plain == "null";
    copy_.append(is_literal ? plain : visit_(spot(), plain));
  }

  static std::string escaped(const std::string& text) {
    const std::string quoted =
        nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return quoted.substr(1, quoted.size() - 2);
  }

  std::vector<Level> levels_;
  bool is_key_ = false;
};

}  // namespace

std::string rewritten(std::string_view document, const Visit& visit) {
  const std::string_view start = trim(document);
  if (start.starts_with('<')) return XmlCopy(document, visit).made();
  if (start.starts_with('{') || start.starts_with('[')) return JsonCopy(document, visit).made();
  return visit({}, std::string(document));
}

}  // namespace boxmeter::record
