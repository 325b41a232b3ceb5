// freebox register: gets an app token, which a person confirms at the box.
#include <iostream>
#include <memory>
#include <utility>

#include "app/freebox/subcommands.h"
#include "app/terminal.h"
#include "base/file.h"
#include "device/freebox/freebox.h"
#include "device/freebox/options.h"
#include "device/freebox/registration.h"

namespace boxmeter {
namespace {

/// Prints the permissions of the new application, and what it cannot do without the missing ones.
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
  check_writable(file);
  http::Stop stop;
  const std::string app_id = own_options<freebox::Options>(config).app_id;
  bool is_asked = false;
  Countdown countdown;
  const freebox::AppToken token = freebox::register_application(
      config, {.id = app_id, .name = app_id, .version = BOXMETER_VERSION, .device = host_name()},
      [&](std::chrono::seconds left) {
        if (!std::exchange(is_asked, true))
          std::cerr << "Allow '" << app_id << "' on the front of the box, which asks now\n";
        countdown.show(left);
      },
      stop);
  countdown.end();
  write_file(file, freebox::token_file(token));
  std::cerr << "Registered; the app token is in '" << file << "': use it with -t f:" << file
            << ", or as app_token_file in the configuration\n";
  config.credential = {.value = token.token, .file = file};
  return config;
}

Prepared prepare_freebox_register(const Program&) {
  struct RegisterOptions {
    FreeboxOptions box = {.app_id = "boxmeter"};
    std::string file = kTokenFile;
  };
  auto wanted = std::make_shared<RegisterOptions>();
  return {
      .syntax = {.about = "Registers an application at the box; then confirm on the "
                          "Freebox's display.",
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
