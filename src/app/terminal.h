#pragma once
#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/secret.h"

// Questions, passwords and tables on a terminal.  For commands; one thread.
namespace boxmeter {

/// Whether a person can be asked: stdin and stderr are a terminal.
bool can_ask();

/// Asks "WHAT? [y/N]" and returns for a yes.  With `yes` (the option --yes) nothing is asked.
/// Throws Error{config} for a no, and if nobody can be asked.
void confirm(const std::string& what, bool yes);

/// To be called before the same work is repeated: confirm() does not ask the questions again that
/// were confirmed so far, as long as they come in the same order.
void reuse_confirmations();

/// Asks "QUESTION? [OTHERWISE]" and returns the answer, or `otherwise` for an empty one.  Throws
/// Error{config}, with `way_out`, if nobody can be asked, and also for Ctrl-D.
std::string ask(const std::string& question, const std::string& otherwise,
                const std::string& way_out);

/// Asks for a password without echo, which is restored even if a signal ends the program.  Throws
/// as ask().
Secret ask_password(const std::string& prompt, const std::string& way_out);

/// An error for --json: {"error":{"kind":"refused","code":713,"text":".."}}, without `code` if the
/// device gave none.  Pure.
std::string refusal_json(const Error& error);

/// Shown in a table instead of a secret.
inline constexpr const char* kHidden = "(hidden)";

/// Prints "not shown: NewKeyPassphrase, NewWEPKey0 (WAY_OUT)" to stderr, unless `names` is empty.
void print_hidden(const std::set<std::string>& names, const std::string& way_out);

/// Shows the time that is left on stderr, in one line that is overwritten, if that is a terminal.
class Countdown {
 public:
  Countdown() = default;
  ~Countdown() { end(); }
  Countdown(const Countdown&) = delete;
  Countdown& operator=(const Countdown&) = delete;
  void show(std::chrono::seconds left);
  /// Clears the line.
  void end();

 private:
  bool is_shown_ = false;
};

/// The host name of this machine, for a box's list of applications.
std::string host_name();

/// Whether stdout is a terminal.
bool is_terminal();

using TableRow = std::vector<std::string>;

/// A text table: columns aligned, two blanks between them, none at the end of a line; the first row
/// is the heading.  Width is counted in characters, not bytes; control characters are escaped
/// (printable()).  Pure.
std::string table(const std::vector<TableRow>& given);

}  // namespace boxmeter
