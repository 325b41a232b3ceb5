#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "metric/model.h"

// Parses the commands that pyfbx takes, which are Python expressions; nothing is evaluated.
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

/// Values are Python's literals and JSON's true, false and null; tuples become arrays, and keys of
/// dictionaries become text as json.dumps() makes it.  The parentheses may be left out.  Blanks,
/// line feeds and backslashes before line feeds are allowed between any two tokens.  Pure.  Throws
/// Error{config} with the column, counted in characters (and the line, if there are several); since
/// arguments may hold a password, it quotes only the one character there.
Expression parse_expression(std::string_view text);

/// The request for an expression: positional arguments are named in pyfbx's order, `post_data`
/// first, then the parameters of the path.  Pure.  Throws Error{config} for an unknown command (it
/// suggests the nearest), an argument too many or given twice, one that cannot be part of a URL.
Request request_of(const Expression& expression);

/// The value that the steps lead to.  A negative index counts from the end.  Pure.  Throws
/// Error{mapping} that names the step and what the reply has there.
Reply follow(const std::vector<Expression::Step>& steps, Reply reply);

}  // namespace boxmeter::freebox
