#include "app/freebox/expression.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/number.h"
#include "base/text.h"
#include "base/unicode.h"
#include "device/freebox/commands.h"
#include "device/freebox/json.h"

namespace boxmeter::freebox {
namespace {

constexpr unsigned kDeepest = 64;  // as in a reply
constexpr std::string_view kValues =
    "a value: text in quotes, a number, True, False, None, [...] or {...}";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }
bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// Reads a text from left to right.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Expression expression();

 private:
  [[noreturn]] void fail(std::size_t at, const std::string& what) const;
  [[noreturn]] void expected(const std::string& what) const;
  bool at_end() const { return at_ == text_.size(); }
  bool sees(char c) const { return !at_end() && text_[at_] == c; }
  void skip_blanks();
  bool take(char c);
  void expect(char c);
  std::string_view word();

  void arguments(Expression& into);
  Expression::Step step();
  Reply value();
  Reply list(char end);
  Reply dictionary();
  Reply constant();
  Reply number();
  template <typename Number>
  Number converted(std::size_t start, const std::string& digits, int base) const;
  std::string text();
  void text_in(char quote, std::string& into);
  void escape(std::string& into);
  char32_t code(std::size_t digits);

  std::string_view text_;
  std::size_t at_ = 0;
  unsigned depth_ = 0;
};

/// A position in the text, for an error: with the line if there are several.
std::string place(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const auto line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  const auto column = 1 + std::ranges::count_if(before.substr(line_start),
                                                [](char c) { return !continues_character(c); });
  const auto line = 1 + std::ranges::count(before, '\n');
  return (text.find('\n') == std::string_view::npos ? "" : "line " + std::to_string(line) + ", ") +
         "column " + std::to_string(column);
}

void Reader::fail(std::size_t at, const std::string& what) const {
  throw Error(ErrorKind::config, place(text_, at) + ": " + what);
}

void Reader::expected(const std::string& what) const {
  std::size_t end = std::min(at_ + 1, text_.size());
  while (end < text_.size() && continues_character(text_[end])) ++end;
  std::string got = "the end";
  if (!at_end() && is_control(text_[at_]))
    got = "a control character";  // not quoted, since a terminal would execute it
  else if (!at_end())
    got = "'" + repair_utf8(text_.substr(at_, end - at_)) + "'";
  fail(at_, "expected " + what + ", got " + got);
}

void Reader::skip_blanks() {
  constexpr std::string_view kContinued[] = {"\\\n", "\\\r\n"};
  for (;;) {
    at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
    const auto continued = std::ranges::find_if(
        kContinued, [&](std::string_view s) { return text_.substr(at_).starts_with(s); });
    if (continued == std::end(kContinued)) return;
    at_ += continued->size();
  }
}

/// Skips the character, with blanks around it; false if another one comes.
bool Reader::take(char c) {
  skip_blanks();
  if (!sees(c)) return false;
  ++at_;
  skip_blanks();
  return true;
}

void Reader::expect(char c) {
  if (!take(c)) expected("'" + std::string(1, c) + "'");
}

std::string_view Reader::word() {
  const std::size_t start = at_;
  if (!at_end() && !is_digit(text_[at_]))
    while (!at_end() && is_word(text_[at_])) ++at_;
  return text_.substr(start, at_ - start);
}

Expression Reader::expression() {
  Expression read;
  skip_blanks();
  read.system = word();
  if (read.system.empty()) expected("a command, such as System.Get_the_current_system_info()");
  if (!take('.')) expected("'.' and a method");
  read.method = word();
  if (read.method.empty()) expected("a method");
  if (take('(')) arguments(read);
  while (take('[')) {
    read.steps.push_back(step());
    expect(']');
  }
  skip_blanks();
  if (!at_end()) expected(read.steps.empty() ? "'[' or the end" : "the end");
  return read;
}

void Reader::arguments(Expression& into) {
  while (!take(')')) {
    const std::size_t start = at_;
    const std::string name(word());
    if (!name.empty() && take('=')) {
      if (std::ranges::any_of(into.named, [&](const auto& seen) { return seen.first == name; }))
        fail(start, "a second '" + name + "'");
      into.named.emplace_back(name, value());
    } else {
      at_ = start;
      Reply read = value();
      if (!into.named.empty()) fail(start, "an argument without a name after one with a name");
      into.positional.push_back(std::move(read));
    }
    if (take(')')) return;
    if (!take(',')) expected("',' or ')'");
  }
}

Expression::Step Reader::step() {
  if (sees('\'') || sees('"')) return text();
  const std::size_t start = at_;
  if (at_end() || !(is_digit(text_[at_]) || sees('-')))
    expected("a member's name in quotes, or an index");
  const Reply index = number();
  if (!index.is_number_integer() || index > std::numeric_limits<std::int64_t>::max())
    fail(start, "an index is a whole number");
  return index.get<std::int64_t>();
}

Reply Reader::value() {
  skip_blanks();
  if (depth_ == kDeepest) fail(at_, "more than 64 levels of nesting");
  ++depth_;
  Reply read;
  if (take('['))
    read = list(']');
  else if (take('('))
    read = list(')');
  else if (take('{'))
    read = dictionary();
  else if (sees('\'') || sees('"'))
    read = text();
  else if (!at_end() && (is_digit(text_[at_]) ||
                         std::string_view("+-.").find(text_[at_]) != std::string_view::npos))
    read = number();
  else
    read = constant();
  --depth_;
  return read;
}

/// After the opening bracket.  (1) is 1, as in Python; (1,) and () are lists.
Reply Reader::list(char end) {
  Reply items = Reply::array();
  bool comma = false;
  while (!take(end)) {
    if (!items.empty() && !comma) expected("',' or '" + std::string(1, end) + "'");
    items.push_back(value());
    comma = take(',');
  }
  return end == ')' && items.size() == 1 && !comma ? items[0] : items;
}

Reply Reader::dictionary() {
  Reply members = Reply::object();
  bool comma = true;
  while (!take('}')) {
    if (!comma) expected("',' or '}'");
    const std::size_t start = at_;
    const Reply key = value();
    if (key.is_structured()) fail(start, "a list or a dictionary cannot be a key");
    expect(':');
    members[key.is_string() ? key.get<std::string>() : key.dump()] = value();
    comma = take(',');
  }
  return members;
}

Reply Reader::constant() {
  const std::size_t start = at_;
  const std::string_view name = word();
  if (name == "True" || name == "true") return true;
  if (name == "False" || name == "false") return false;
  if (name == "None" || name == "null") return nullptr;
  at_ = start;
  if (!name.empty()) fail(start, "text stands in quotes; expected " + std::string(kValues));
  expected(std::string(kValues));
}

template <typename Number>
Number Reader::converted(std::size_t start, const std::string& digits, int base) const {
  Number read{};
  const char* end = digits.data() + digits.size();
  std::from_chars_result result{};
  if constexpr (std::is_floating_point_v<Number>)
    result = std::from_chars(digits.data(), end, read);
  else
    result = std::from_chars(digits.data(), end, read, base);
  if (result.ec == std::errc::result_out_of_range) fail(start, "a number of more than 64 bits");
  if (result.ec != std::errc() || result.ptr != end) fail(start, "not a number");
  return read;
}

/// -12, 1_000, 0x1F, 1.5e3
Reply Reader::number() {
  const std::size_t start = at_;
  std::string digits;
  if (sees('-') || sees('+')) {
    if (sees('-')) digits = "-";
    ++at_;
  }
  const bool negative = !digits.empty();
  int base = 10;
  for (const auto& [prefix, of] : {std::pair{"0x", 16}, {"0o", 8}, {"0b", 2}})
    if (lower(text_.substr(at_, 2)) == prefix) base = of;
  if (base != 10) at_ += 2;
  bool whole = true;
  for (char last = 0; !at_end(); last = text_[at_++]) {
    const char c = text_[at_];
    const bool signs = (c == '-' || c == '+') && base == 10 && (last == 'e' || last == 'E');
    if (!is_word(c) && c != '.' && !signs) break;
    if (base == 10 && (c == '.' || c == 'e' || c == 'E')) whole = false;
    if (c != '_') digits += c;
  }
  if (!whole) return converted<double>(start, digits, base);
  const std::string_view size = std::string_view(digits).substr(negative);
  if (base == 10 && size.size() > 1 && size.starts_with('0'))
    fail(start, "not a number (zeros stand before it)");
  if (negative) return converted<std::int64_t>(start, digits, base);
  return converted<std::uint64_t>(start, digits, base);
}

/// Adjacent string literals are joined, as in Python.
std::string Reader::text() {
  std::string read;
  while (sees('\'') || sees('"')) {
    const char quote = text_[at_++];
    text_in(quote, read);
    skip_blanks();
  }
  return read;
}

void Reader::text_in(char quote, std::string& into) {
  const std::size_t start = at_ - 1;
  while (!sees(quote)) {
    if (at_end() || sees('\n')) fail(start, "text without a closing quote");
    if (sees('\\'))
      escape(into);
    else
      into += text_[at_++];
  }
  ++at_;
}

/// https://docs.python.org/3/reference/lexical_analysis.html#escape-sequences, and JSON's "\/".
void Reader::escape(std::string& into) {
  constexpr std::string_view kNames = "abfnrtv\\'\"/", kMeanings = "\a\b\f\n\r\t\v\\'\"/";
  const std::size_t start = at_++;
  if (at_end()) fail(start, "an escape without an end");
  const char c = text_[at_++];
  const auto known = kNames.find(c);
  if (c == '\r' && sees('\n')) {
    ++at_;
  } else if (known != std::string_view::npos) {
    into += kMeanings[known];
  } else if (c == 'x' || c == 'u' || c == 'U') {
    const char32_t character = code(c == 'x' ? 2 : c == 'u' ? 4 : 8);
    if (character > 0x10FFFF || (character >= 0xD800 && character <= 0xDFFF))
      fail(start, "not a character");
    append_utf8(into, character);
  } else if (c != '\n') {  // a backslash before a line feed joins the lines
    fail(start, "unknown escape (a backslash itself is \\\\)");
  }
}

char32_t Reader::code(std::size_t digits) {
  const std::string_view hex = text_.substr(at_, digits);
  const auto read = parse_integer<std::uint32_t>(hex, 16);
  if (hex.size() < digits || !read)
    fail(at_, "expected " + std::to_string(digits) + " hexadecimal digits");
  at_ += digits;
  return *read;
}

/// The text of an argument in a URL, or of the body.
std::string argument_text(const std::string& name, const Reply& value) {
  if (name == "post_data") return value.dump(-1, ' ', false, Reply::error_handler_t::replace);
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer()) return value.dump();
  throw Error(ErrorKind::config, "'" + name + "' is text or a whole number");
}

/// The names of members, made safe for an error: they come from the box.
std::vector<std::string> members_of(const Reply& object) {
  std::vector<std::string> names;
  for (const auto& member : object.items()) names.push_back(one_line(member.key()));
  return names;
}

const Reply& member_of(const Reply& reply, const std::string& name) {
  const std::string where = "['" + one_line(name) + "']: ";
  if (!reply.is_object())
    throw Error(ErrorKind::mapping, where + "the reply has no members there: it is " +
                                        (reply.is_array() ? "a list" : "a single value"));
  const auto member = reply.find(name);
  if (member != reply.end()) return *member;
  const std::vector<std::string> known = members_of(reply);
  throw Error(ErrorKind::mapping, where + "no such member" + did_you_mean(name, known) +
                                      (known.empty() ? "" : " (known: " + joined(known) + ")"));
}

const Reply& element_of(const Reply& reply, std::int64_t index) {
  const std::string where = "[" + std::to_string(index) + "]: ";
  if (!reply.is_array())
    throw Error(ErrorKind::mapping, where + "the reply is no list there: it is " +
                                        (reply.is_object() ? "an object" : "a single value"));
  const auto size = static_cast<std::int64_t>(reply.size());
  const std::int64_t place = index < 0 ? index + size : index;
  if (place < 0 || place >= size)
    throw Error(ErrorKind::mapping, where + "the list has " + std::to_string(size) + " elements");
  return reply[static_cast<std::size_t>(place)];
}

}  // namespace

Expression parse_expression(std::string_view text) {
  std::string name = repair_utf8(trim(text.substr(0, text.find('('))));
  std::ranges::replace_if(name, is_control, ' ');  // it is quoted in errors
  return within("command '" + name + "'", [&] {
    if (!is_utf8(text)) throw Error(ErrorKind::config, "not UTF-8 text");
    return Reader(text).expression();
  });
}

Request request_of(const Expression& expression) {
  Request request{.verb = "command", .target = expression.system + "." + expression.method};
  const Command& command = find_command(request.target);
  std::vector<std::string> names = parameters_of(command.path);
  if (command.takes_body) names.insert(names.begin(), "post_data");
  return within("command '" + request.target + "'", [&] {
    if (expression.positional.size() > names.size())
      throw Error(ErrorKind::config,
                  std::to_string(expression.positional.size()) +
                      " arguments (it takes: " + (names.empty() ? "none" : joined(names)) + ")");
    for (std::size_t i = 0; i < expression.positional.size(); ++i)
      request.args[names[i]] = argument_text(names[i], expression.positional[i]);
    for (const auto& [name, value] : expression.named)
      if (!request.args.emplace(name, argument_text(name, value)).second)
        throw Error(ErrorKind::config, "a second '" + name + "'");
    return request;
  });
}

Reply follow(const std::vector<Expression::Step>& steps, Reply reply) {
  const Reply* at = &reply;
  for (const Expression::Step& step : steps)
    at = std::holds_alternative<std::string>(step) ? &member_of(*at, std::get<std::string>(step))
                                                   : &element_of(*at, std::get<std::int64_t>(step));
  return at == &reply ? std::move(reply) : Reply(*at);
}

}  // namespace boxmeter::freebox
