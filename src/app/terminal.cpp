#include "app/terminal.h"

#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/coded_error.h"
#include "base/number.h"
#include "base/text.h"
#include "base/unicode.h"

namespace boxmeter {
namespace {

termios with_echo{};

/// Restores the terminal and ends the program as the signal would have.
extern "C" void restore_echo(int signal) {
  ::tcsetattr(STDIN_FILENO, TCSANOW, &with_echo);
  ::raise(signal);  // which has its default action again (SA_RESETHAND)
}

/// Turns off the echo of the terminal until the end of the scope, or of the program.
class EchoOff {
 public:
  EchoOff() {
    ::tcgetattr(STDIN_FILENO, &with_echo);
    struct sigaction restore {};
    restore.sa_handler = &restore_echo;
    restore.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
    for (std::size_t i = 0; i < std::size(kSignals); ++i)
      ::sigaction(kSignals[i], &restore, &actions_[i]);
    termios silent = with_echo;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~EchoOff() {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &with_echo);
    for (std::size_t i = 0; i < std::size(kSignals); ++i)
      ::sigaction(kSignals[i], &actions_[i], nullptr);
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;

 private:
  static constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
  struct sigaction actions_[std::size(kSignals)] = {};
};

/// The confirmed questions in order, and the next one that is not asked again.
struct Confirmed {
  std::vector<std::string> questions = {};
  std::size_t next = 0;
};
Confirmed& confirmed() {
  static Confirmed all;
  return all;
}

std::string typed_line() {
  std::string line;
  if (!std::getline(std::cin, line)) {
    std::cerr << "\n";
    throw Error(ErrorKind::config, "not done");
  }
  return line;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

bool can_ask() { return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1; }

void confirm(const std::string& what, bool yes) {
  if (yes) return;
  if (!can_ask()) throw Error(ErrorKind::config, what + ": nobody can be asked here; add --yes");
  Confirmed& all = confirmed();
  if (all.next < all.questions.size() && all.questions[all.next] == what) {
    ++all.next;
    return;
  }
  std::cerr << what + "? [y/N] " << std::flush;
  const std::string answer = lower(trim(typed_line()));
  if (answer != "y" && answer != "yes") throw Error(ErrorKind::config, "not done");
  all.questions.resize(all.next);
  all.questions.push_back(what);
  all.next = all.questions.size();
}

void reuse_confirmations() { confirmed().next = 0; }

std::string ask(const std::string& question, const std::string& otherwise,
                const std::string& way_out) {
  if (!can_ask()) throw Error(ErrorKind::config, "nobody can be asked here; " + way_out);
  // One write, so that a program that answers sees the whole question at once.
  std::cerr << question + "? " + (otherwise.empty() ? "" : "[" + otherwise + "] ") << std::flush;
  const std::string answer(trim(typed_line()));
  return answer.empty() ? otherwise : answer;
}

Secret ask_password(const std::string& prompt, const std::string& way_out) {
  if (!can_ask())
    throw Error(ErrorKind::config, "no password, and nobody can be asked here; " + way_out);
  std::string password;
  {
    const EchoOff echo_off;  // before the question, since it discards what was typed until then
    std::cerr << prompt << std::flush;
    password = typed_line();
  }
  std::cerr << "\n";
  return Secret(std::move(password));
}

// Uses std::clog, the same file as std::cerr but not escaped (EscapedOutput), to move the cursor.
void Countdown::show(std::chrono::seconds left) {
  if (::isatty(STDERR_FILENO) != 1) return;
  is_shown_ = true;
  const auto seconds = left.count() % 60;
  std::clog << "\r  " << left.count() / 60 << (seconds < 10 ? ":0" : ":") << seconds << " left "
            << std::flush;
}

void Countdown::end() {
  if (is_shown_) std::clog << "\r                \r" << std::flush;
  is_shown_ = false;
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "boxmeter";
}

bool is_terminal() { return ::isatty(STDOUT_FILENO) == 1; }

std::string refusal_json(const Error& error) {
  using Json = nlohmann::ordered_json;
  Json json = {{"kind", name(error.kind())}};
  if (const auto* const coded = dynamic_cast<const CodedError*>(&error);
      coded != nullptr && !coded->code().empty()) {
    const auto number = parse_integer<int>(coded->code());
    json["code"] = number ? Json(*number) : Json(coded->code());
  }
  json["text"] = error.what();
  return Json{{"error", std::move(json)}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void print_hidden(const std::set<std::string>& names, const std::string& way_out) {
  if (names.empty()) return;
  const std::vector<std::string> all(names.begin(), names.end());
  std::cerr << "not shown: " << printable(joined(all)) << " (" << way_out << ")\n";
}

std::string table(const std::vector<TableRow>& given) {
  std::vector<TableRow> rows = given;
  for (TableRow& row : rows)
    for (std::string& cell : row) cell = printable(cell);
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
