#pragma once
#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/secret.h"

// Talking to a person: questions, passwords, tables.  The command line only; one thread.
namespace boxmeter {

/// Whether a person can be asked: stdin and stderr are a terminal.
bool can_ask();

/// Asks "WHAT? [y/N]" and returns for a yes.  With `yes` (--yes) it asks nothing.  Throws
/// Error{config} for a no, and where nobody can be asked.
void confirm(const std::string& what, bool yes);

/// The same work begins once more: what was confirmed so far is not asked again, as long as the
/// questions are the same.
void begin_again();

/// Asks "QUESTION? [OTHERWISE]" and returns the answer, or `otherwise` for an empty one.  Throws
/// Error{config} that says `way_out` where nobody can be asked, and when the person leaves
/// (Ctrl-D).
std::string ask(const std::string& question, const std::string& otherwise,
                const std::string& way_out);

/// Asks for a password without showing it; a signal that ends the program gives the terminal back
/// first.  Throws as ask().
Secret ask_password(const std::string& prompt, const std::string& way_out);

/// {"error":{"kind":"refused","code":713,"text":".."}}, without a code where the device gave none:
/// what a program reads that asked for JSON.
std::string refusal_json(const Error& error);

/// What stands where a table would show a secret.
inline constexpr const char* kHidden = "(hidden)";

/// "not shown: NewKeyPassphrase, NewWEPKey0 (WAY_OUT)" on stderr; nothing where nothing is hidden.
void tell_hidden(const std::set<std::string>& names, const std::string& way_out);

/// The time that is left, on a line that is written over, where a person looks.
class Countdown {
 public:
  Countdown() = default;
  ~Countdown() { end(); }
  Countdown(const Countdown&) = delete;
  Countdown& operator=(const Countdown&) = delete;
  void show(std::chrono::seconds left);
  /// The line is empty again.
  void end();

 private:
  bool is_shown_ = false;
};

/// The name of this machine, for lists of who has access to a box.
std::string host_name();

/// Whether stdout is a terminal: people read there, programs elsewhere.
bool is_terminal();

using TableRow = std::vector<std::string>;

/// Rows with their columns aligned, two blanks between them, none at the end of a line; the first
/// row is the heading.  Width is counted in characters, not bytes; what a terminal would obey is
/// written out (printable()).  Pure.
std::string table(const std::vector<TableRow>& given);

}  // namespace boxmeter
