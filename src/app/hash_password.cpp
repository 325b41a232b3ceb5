#include <unistd.h>

#include <iostream>

#include "app/commands.h"
#include "app/terminal.h"
#include "base/error.h"
#include "http/bcrypt.h"

namespace boxmeter {
namespace {

/// The first line of the input: `pass show boxmeter | boxmeter hash-password`.
Secret read_password() {
  std::string line;
  std::getline(std::cin, line);
  if (line.ends_with('\r')) line.pop_back();
  return Secret(std::move(line));
}

/// Asks twice: nobody sees what is typed.
Secret asked_password() {
  const std::string way_out = "give it as the first line of the standard input";
  Secret password = ask_password("Password: ", way_out);
  if (ask_password("Once more: ", way_out) != password)
    throw Error(ErrorKind::config, "the two are not the same");
  return password;
}

}  // namespace

Prepared prepare_hash_password(const Program&) {
  auto cost = std::make_shared<unsigned>(10);
  return {.syntax = {.about = "Prints the bcrypt hash of a password, for basic_auth_users of a "
                              "web.config_file.  Asks for the password, or reads the first line of "
                              "the standard input when that is no terminal.",
                     .options = {{.name = "cost",
                                  .target = cost.get(),
                                  .help = "How long a check takes: each more doubles it",
                                  .value = "N",
                                  .otherwise = "10, some 50 ms",
                                  .least = http::kLeastCost,
                                  .most = http::kMostCost}}},
          .run = [cost](const std::vector<std::string>&) {
            const Secret password =
                ::isatty(STDIN_FILENO) == 1 ? asked_password() : read_password();
            std::cout << http::bcrypt_hash(password, *cost) << "\n";
            return 0;
          }};
}

}  // namespace boxmeter
