// freebox register: an app token, with a person at the box.
#include <unistd.h>

#include <array>
#include <iostream>
#include <memory>
#include <thread>

#include "app/freebox/subcommands.h"
#include "app/terminal.h"
#include "base/file.h"
#include "device/freebox/freebox.h"
#include "device/freebox/options.h"
#include "device/freebox/registration.h"

namespace boxmeter {
namespace {

using namespace std::chrono_literals;
using freebox::Verdict;

constexpr auto kPatience = 5min;  // the box gives up earlier, and says so

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "boxmeter";
}

/// The time that is left, on one line that is written over; only where a person looks.
void show_left(std::chrono::seconds left) {
  const auto seconds = left.count() % 60;
  std::cerr << "\r  " << left.count() / 60 << (seconds < 10 ? ":0" : ":") << seconds << " left "
            << std::flush;
}

/// A box that is busy for a moment is asked again: without a question the token is void.
Verdict ask_again(freebox::Registration& registration) {
  try {
    return registration.verdict();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::timeout && error.kind() != ErrorKind::network) throw;
    return Verdict::pending;
  }
}

Verdict wait_for_verdict(freebox::Registration& registration) {
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  const auto end = Clock::now() + kPatience;
  Verdict verdict = Verdict::pending;
  while (verdict == Verdict::pending && Clock::now() < end) {
    if (terminal) show_left(std::chrono::ceil<std::chrono::seconds>(end - Clock::now()));
    verdict = ask_again(registration);
    if (verdict == Verdict::pending) std::this_thread::sleep_for(1s);
  }
  if (terminal) std::cerr << "\r                \r" << std::flush;
  return verdict == Verdict::pending ? Verdict::timeout : verdict;
}

/// What the session of the new application may do, and what it cannot show.
void print_permissions(const DeviceConfig& config) {
  http::Stop stop;
  const Reply permissions =
      freebox::open(config, stop)->call({.verb = "session", .target = "permissions"});
  std::vector<TableRow> rows = {{"PERMISSION", "GRANTED", "WITHOUT IT, NOT TO BE SEEN"}};
  bool all = true;
  for (const Reply& permission : permissions) {
    const bool granted = permission["granted"].get<bool>();
    const std::string name = permission["permission"].get<std::string>();
    rows.push_back(
        {name, granted ? "yes" : "no", granted ? "" : std::string(freebox::hidden_without(name))});
    all = all && granted;
  }
  std::cout << table(rows);
  if (!all) std::cout << "Grant more in Freebox OS: Gestion des accès, Applications\n";
}

}  // namespace

DeviceConfig register_application(DeviceConfig config, const std::string& file) {
  if (file_exists(file))
    throw Error(ErrorKind::config, "'" + file + "' is already there: use it with -t f:" + file +
                                       ", or name another with --token-file");
  http::Stop stop;
  freebox::Registration registration(config, stop);
  const std::string app_id = own_options<freebox::Options>(config).app_id;
  registration.ask(
      {.id = app_id, .name = "boxmeter", .version = BOXMETER_VERSION, .device = host_name()});
  std::cerr << "Allow '" << app_id << "' on the front of the box, which asks now\n";
  const Verdict verdict = wait_for_verdict(registration);
  if (verdict != Verdict::granted)
    throw Error(ErrorKind::auth, "not registered: " + std::string(freebox::way_out(verdict)));
  write_file(file, freebox::token_file(registration.token()));
  std::cerr << "Registered; the app token is in '" << file << "': use it with -t f:" << file
            << ", or as app_token_file in the configuration\n";
  config.credential = {.value = registration.token().token, .file = file};
  return config;
}

Prepared prepare_freebox_register(const Program&) {
  struct RegisterOptions {
    FreeboxOptions box = {.app_id = "boxmeter"};
    std::string file = kTokenFile;
  };
  auto wanted = std::make_shared<RegisterOptions>();
  return {
      .syntax = {.about = "Registers an application at the box, with a person who allows it "
                          "there.",
                 .options = with_freebox_options({token_file_option(wanted->file)}, wanted->box)},
      .run = [wanted](const Words&) {
        if (!wanted->box.token.empty())
          throw Error(ErrorKind::config, "--token is what a registration makes; leave it out");
        prepare_freebox(wanted->box);
        print_permissions(register_application(freebox_config(wanted->box), wanted->file));
        return 0;
      }};
}

}  // namespace boxmeter
