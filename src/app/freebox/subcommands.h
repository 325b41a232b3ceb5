#pragma once
#include <iosfwd>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "app/commands.h"
#include "device/device.h"

// The subcommands of `boxmeter freebox`, and what they share.  One thread.
namespace boxmeter {

/// Which box to ask, and as which application: pyfbx's flags and some of our own.
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

/// `own`, and after them the options for `options`: pyfbx's -a -t -v -n -j -u and our own.
std::vector<Option> with_freebox_options(std::vector<Option> own, FreeboxOptions& options);

/// The option --token-file: where a registration writes the token.
Option token_file_option(std::string& file);

/// The box as a device.  Throws Error{config}, also if the token file cannot be used.
DeviceConfig freebox_config(const FreeboxOptions& options);

/// The error if a command needs a token and there is none.
Error no_token();

/// Sets up the log, on stderr, and the process.
void prepare_freebox(const FreeboxOptions& options);

/// Prints a reply as JSON on one line, or as pyfbx pretty-prints it.
void print_reply(std::ostream& out, const Reply& reply, bool json);

/// Asks for consent if the request changes the box; see confirm().  Throws Error{config} for a no,
/// and for a request that cannot be made.  Does not touch the network.
void confirm_change(const Request& request, const FreeboxOptions& options);

/// Registers the application, which a person must confirm at the box, and writes the token file
/// (pyfbx's two lines).  Prints what to do to stderr.  Returns `config` with the token.  Throws
/// Error.
DeviceConfig register_application(DeviceConfig config, const std::string& file);

/// The default of --token-file.
constexpr const char* kTokenFile = "freebox.token";

// The subcommands, the rows of the table in pyfbx.cpp.
Prepared prepare_freebox_commands(const Program& program);  // catalogue.cpp
Prepared prepare_freebox_register(const Program& program);  // register.cpp
Prepared prepare_freebox_get(const Program& program);       // verb.cpp, as those that follow
Prepared prepare_freebox_post(const Program& program);
Prepared prepare_freebox_put(const Program& program);
Prepared prepare_freebox_delete(const Program& program);

}  // namespace boxmeter
