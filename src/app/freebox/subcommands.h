#pragma once
#include <CLI/CLI.hpp>
#include <iosfwd>
#include <string>
#include <vector>

#include "app/command_line.h"
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

/// Adds pyfbx's -a -t -v -n -j -u, and ours.
void add_freebox_options(CLI::App& app, FreeboxOptions& options);

/// Where a registration writes the token.
void add_token_file_option(CLI::App& app, std::string& file);

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

int freebox_commands(Arguments arguments);
int freebox_register(Arguments arguments);
/// One request to a path by its verb: get, post, put, delete.
int freebox_verb(const std::string& verb, Arguments arguments);
/// What follows `boxmeter freebox` without a subcommand: pyfbx's own flags.
int freebox_pyfbx(Arguments arguments);
/// The words of the subcommands.
std::vector<std::string> freebox_subcommands();

}  // namespace boxmeter
