#pragma once
#include <functional>
#include <optional>
#include <string>

#include "device/fritzbox/box.h"
#include "options/option.h"

// The options of a command line that say which box to ask and how to log in: fritzconnection's
// flags and environment variables.  One thread.
namespace boxmeter::fritz {

struct BoxOptions {
  std::optional<std::string> address = {};  // set but empty: the flag without its value
  std::optional<std::string> port = {};
  std::optional<std::string> username = {};
  std::optional<std::string> password = {};  // on the command line, where others can read it
  std::string password_file = {};
  bool encrypt = false;
  bool insecure = false;
  bool use_cache = false;
  bool trust_cache = false;
  std::optional<std::string> cache_format = {};
  std::optional<std::string> cache_directory = {};
  bool reveal = false;
};

/// `own`, and after them the options for `options`, which all these commands have.
std::vector<Option> with_box_options(std::vector<Option> own, BoxOptions& options);

/// The box as a device.  Reads FRITZ_... of the environment and the password file; warns on stderr
/// about a password on the command line, which others can read.  Throws Error{config}.
DeviceConfig device_of(const BoxOptions& options);

/// host:port of the box's call monitor: port 1012 unless one is given.
std::string call_monitor_of(const BoxOptions& options);

/// What a command does with its box, whose URL is `url`; returns the exit code.
using Use = std::function<int(fritzbox::Box& box, const std::string& url)>;

/// Prepares the process, opens the box and calls `use`.  If the box demands a login and no password
/// was given, a person is asked for it and `use` is called again; without a terminal it throws
/// Error{config} that names the ways to give one.  Errors of the box begin with its URL.
int with_box(const BoxOptions& options, const Use& use);

}  // namespace boxmeter::fritz
