#pragma once
#include <string>
#include <vector>

#include "base/secret.h"

// Talking to a person: questions, passwords, tables.  The command line only; one thread.
namespace boxmeter {

/// Asks "WHAT [y/N]" and returns for a yes.  With `yes` (--yes) it asks nothing.  Throws
/// Error{config} for a no, and where nobody can be asked (stdin or stderr is no terminal).
void confirm(const std::string& what, bool yes);

/// Asks for a password without showing it.  Throws Error{config} that says `way_out` where nobody
/// can be asked.
Secret ask_password(const std::string& prompt, const std::string& way_out);

/// Whether stdout is a terminal: people read there, programs elsewhere.
bool is_terminal();

using TableRow = std::vector<std::string>;

/// Rows with their columns aligned, two blanks between them, none at the end of a line; the first
/// row is the heading.  Width is counted in characters, not bytes.  Pure.
std::string table(const std::vector<TableRow>& rows);

}  // namespace boxmeter
