#pragma once
#include <iosfwd>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "app/commands.h"
#include "device/device.h"

// The subcommands of `boxmeter freebox`, and what they share.  One thread.
namespace boxmeter {

/// Which box is asked, and as which application: pyfbx's flags first.
struct FreeboxOptions {
  std::string app_id = {};
  std::string token = {};  // the app token, or f:FILE
  std::string url = {};    // empty: discovered
  bool no_mdns = false;
  int verbose = 0;
  bool json = false;
  bool insecure = false;
  std::string ca_file = {};
  double timeout = 10;  // seconds
  unsigned api_version = 0;
  bool reveal = false;
  bool yes = false;
};

/// `own` and, behind them, pyfbx's -a -t -v -n -j -u and ours.
std::vector<Option> with_freebox_options(std::vector<Option> own, FreeboxOptions& options);

/// Where a registration writes the token.
Option token_file_option(std::string& file);

/// Throws Error{config}, also when the token file cannot be used.
DeviceConfig freebox_config(const FreeboxOptions& options);

/// Logs to stderr in the wanted detail, and what else a process needs that asks one box.
void prepare_freebox(const FreeboxOptions& options);

/// On one line as JSON, else as pyfbx pretty-prints it.
void print_reply(std::ostream& out, const Reply& reply, bool json);

/// Asks, where the request changes the box (terminal.h).  Throws Error{config} for a request that
/// cannot be made, too.  Touches no network.
void confirm_change(const Request& request, const FreeboxOptions& options);

/// Registers the application, which takes a person at the box, and writes the token file (pyfbx's
/// two lines).  What the person is told goes to stderr.  Returns `config` with the token in it.
/// Throws Error.
DeviceConfig register_application(DeviceConfig config, const std::string& file);

/// Where the token goes when nobody says.
constexpr const char* kTokenFile = "freebox.token";

// The words after `boxmeter freebox`, a row each in pyfbx.cpp's table.
Prepared prepare_freebox_commands(const Program& program);  // catalogue.cpp
Prepared prepare_freebox_register(const Program& program);  // register.cpp
Prepared prepare_freebox_get(const Program& program);       // verb.cpp, as those that follow
Prepared prepare_freebox_post(const Program& program);
Prepared prepare_freebox_put(const Program& program);
Prepared prepare_freebox_delete(const Program& program);

}  // namespace boxmeter
