#pragma once
#include <functional>
#include <optional>
#include <string>

#include "device/fritzbox/box.h"
#include "options/option.h"

// Which box a command line means and how to log in there: fritzconnection's flags and environment.
namespace boxmeter::fritz {

struct BoxOptions {
  std::optional<std::string> address = {};  // set but empty: the flag without a value
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

/// `own` and, behind them, the options that every command about a box takes.
std::vector<Option> with_box_options(std::vector<Option> own, BoxOptions& options);

/// The box as a device; reads FRITZ_... of the environment and the password file, and warns on
/// stderr of a password that others can read.  Throws Error{config}.
DeviceConfig device_of(const BoxOptions& options);

/// host:port of the box's call monitor: port 1012 unless one is given.
std::string call_monitor_of(const BoxOptions& options);

/// What a command does with its box; `url` is where it is.
using Use = std::function<int(fritzbox::Box& box, const std::string& url)>;

/// Prepares the process, opens the box and lets `use` have it.  A box that asks for a login that
/// was not given: on a terminal a person is asked and `use` called again, elsewhere it is an
/// Error{config} that names the ways to give one.  Errors of the box are marked with its address.
int with_box(const BoxOptions& options, const Use& use);

}  // namespace boxmeter::fritz
