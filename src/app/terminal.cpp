#include "app/terminal.h"

#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "base/error.h"
#include "base/text.h"

namespace boxmeter {
namespace {

bool can_ask() { return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1; }

/// The terminal shows nothing of what is typed, until the end of the scope.
class Silence {
 public:
  Silence() {
    ::tcgetattr(STDIN_FILENO, &before_);
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~Silence() { ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_); }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  termios before_{};
};

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

void confirm(const std::string& what, bool yes) {
  if (yes) return;
  if (!can_ask()) throw Error(ErrorKind::config, what + ": nobody can be asked here; add --yes");
  std::cerr << what << " [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  answer = lower(trim(answer));
  if (answer != "y" && answer != "yes") throw Error(ErrorKind::config, "not done");
}

Secret ask_password(const std::string& prompt, const std::string& way_out) {
  if (!can_ask())
    throw Error(ErrorKind::config, "no password, and nobody can be asked here; " + way_out);
  std::string password;
  {
    const Silence silence;  // before the question: it throws away what was typed until then
    std::cerr << prompt << std::flush;
    std::getline(std::cin, password);
  }
  std::cerr << "\n";
  return Secret(std::move(password));
}

bool is_terminal() { return ::isatty(STDOUT_FILENO) == 1; }

std::string table(const std::vector<TableRow>& rows) {
  std::vector<std::size_t> widths;
  for (const TableRow& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], characters(row[i]));
  }
  std::string text;
  for (const TableRow& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line += row[i] + std::string(widths[i] - characters(row[i]) + 2, ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace boxmeter
