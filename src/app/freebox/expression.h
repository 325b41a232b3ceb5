#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "metric/model.h"

// The commands that pyfbx takes, read as text; nothing is evaluated.
namespace boxmeter::freebox {

/// System.Method(1, id='2', post_data={"enabled": True})['key'][0]
struct Expression {
  using Step = std::variant<std::string, std::int64_t>;  // a member's name, or an index

  std::string system = {};
  std::string method = {};
  std::vector<Reply> positional = {};
  std::vector<std::pair<std::string, Reply>> named = {};
  std::vector<Step> steps = {};  // into the reply
};

/// Values are Python's literals, and JSON's true, false and null: tuples become arrays, and what
/// else than text is a key of a dictionary becomes text as json.dumps makes it.  The parentheses
/// may be left out.  Blanks, line feeds and a backslash before a line feed may stand between any
/// two words.  Pure.  Throws Error{config} with the column, counted in characters (and the line, in
/// a text of several); it shows nothing of the arguments but the character at that place: they may
/// hold a password.
Expression parse_expression(std::string_view text);

/// The same as a request: what has no name gets it by its place, `post_data` first as in pyfbx,
/// then the URL's parameters.  Pure.  Throws Error{config}: an unknown command (it suggests the
/// nearest), an argument too many or given twice, one that cannot stand in a URL.
Request request_of(const Expression& expression);

/// What the steps lead to.  An index below 0 counts from the end.  Pure.  Throws Error{mapping}
/// that names the step, and what is there instead.
Reply follow(const std::vector<Expression::Step>& steps, Reply reply);

}  // namespace boxmeter::freebox
