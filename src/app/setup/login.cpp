// setup: logs in with user and password, or registers boxmeter at the box.
#include <iostream>

#include "app/setup/setup.h"
#include "app/terminal.h"
#include "base/secret_file.h"
#include "http/peer_key.h"

namespace boxmeter::setup {
namespace {

constexpr int kTries = 3;  // boxes lock users out after wrong passwords, each time for longer
constexpr const char* kSecretOption = "give its file with --password-file ('-': standard input)";

/// With `first_use` the daemon will remember the box's key; until then, pins the key seen now.
void pin(DeviceConfig& device, http::Stop& stop) {
  if (device.tls.mode != http::TlsMode::first_use || !device.url.starts_with("https://")) return;
  device.tls = {.mode = http::TlsMode::pin,
                .pin = http::peer_key(device.url, device.timeout, stop)};
}

/// Throws if the login fails; not for a missing right, which choose_packs() shows.
void try_login(const Box& box, http::Stop& stop) {
  const Request request = parse_request(*box.kind, box.kind->example_request);
  try {
    box.kind->open(box.device, stop)->call(request);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::refused) throw;
  }
}

Secret enrolled(const Box& box, http::Stop& stop) {
  const SetupKind& kind = box.kind->setup;
  Countdown countdown;
  bool is_asked = false;
  Secret secret = kind.enrol(box.device,
                             {.device = host_name(),
                              .waiting =
                                  [&](std::chrono::seconds left) {
                                    if (!std::exchange(is_asked, true))
                                      std::cerr << "The box asks now: " << kind.press << "\n";
                                    countdown.show(left);
                                  }},
                             stop);
  countdown.end();
  std::cerr << "Registered\n";
  return secret;
}

Secret given_secret(const Answers& answers) {
  if (answers.secret_file != "-") return read_secret_file(answers.secret_file);
  if (::isatty(STDIN_FILENO) != 0)
    throw Error(ErrorKind::config,
                "'--password-file -' reads the standard input, and a terminal would show what is "
                "typed: leave it out, and you are asked");
  return read_secret(std::cin);
}

void set_secret(Box& box, Secret secret) {
  box.kind->setup.log_in_with(secret, box.device);
  box.secret = std::move(secret);
}

void ask_user(const Answers& answers, Box& box) {
  if (answers.username)
    box.device.username = *answers.username;
  else if (!answers.yes)
    box.device.username = ask("User of the box (empty: who logged in last)", "", "give --username");
}

/// Asks for the password until the login succeeds, kTries times at most.
void type_password(const Answers& answers, Box& box, http::Stop& stop) {
  for (int left = kTries;; --left) {
    ask_user(answers, box);
    set_secret(box, ask_password("Password? ", kSecretOption));
    try {
      return try_login(box, stop);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::auth || left <= 1) throw;
      std::cerr << error.what() << "\n";
    }
  }
}

}  // namespace

void log_in(const Answers& answers, Box& box, http::Stop& stop) {
  const SetupKind& kind = box.kind->setup;
  pin(box.device, stop);
  if (answers.secret_file.empty() && kind.enrol == nullptr)
    return type_password(answers, box, stop);
  if (kind.has_user) ask_user(answers, box);
  set_secret(box, answers.secret_file.empty() ? enrolled(box, stop) : given_secret(answers));
  try_login(box, stop);
}

}  // namespace boxmeter::setup
