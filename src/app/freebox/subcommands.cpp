#include "app/freebox/subcommands.h"

#include <iostream>

#include "app/commands.h"
#include "app/freebox/python_print.h"
#include "app/process.h"
#include "app/terminal.h"
#include "base/log.h"
#include "base/secret_file.h"
#include "base/text.h"
#include "device/freebox/freebox.h"
#include "device/freebox/options.h"
#include "device/freebox/request.h"
#include "device/freebox/token.h"
#include "http/url.h"

namespace boxmeter {
namespace {

constexpr std::string_view kFile = "f:";

http::TlsPolicy tls_of(const FreeboxOptions& options) {
  if (options.insecure && !options.ca_file.empty())
    throw Error(ErrorKind::config, "--insecure and --ca-file exclude each other");
  if (options.insecure) return {.mode = http::TlsMode::insecure};
  if (options.ca_file.empty()) return {.mode = http::TlsMode::system};
  http::TlsPolicy policy{.mode = http::TlsMode::ca_file, .ca_file = options.ca_file};
  http::check(policy);
  return policy;
}

/// The scheme may be left out, as in pyfbx.
std::string url_of(const FreeboxOptions& options) {
  if (options.url.empty())
    return options.no_mdns ? std::string(freebox::kKind.default_url) : "auto";
  const auto url = http::parse_url(options.url);
  return url && url->scheme.empty() ? "http://" + options.url : options.url;
}

std::vector<Option> freebox_options(FreeboxOptions& options) {
  const auto flag = [](const char* name, char letter, Target target, const char* help) {
    return Option{.name = name, .letter = letter, .target = target, .help = help};
  };
  const auto text = [](const char* name, char letter, std::string& target, const char* value,
                       const char* help) {
    return Option{.name = name, .letter = letter, .target = &target, .help = help, .value = value};
  };
  return {
      text("app_id", 'a', options.app_id, "APP_ID", "The application's id"),
      text("token", 't', options.token, "TOKEN",
           "Its app token; better f:FILE with the token, and the app id on a second line"),
      flag("verbose", 'v', Count{&options.verbose}, "Tell what is done; twice: every detail"),
      flag("http", 'n', &options.no_mdns, "Do not look for the box with mDNS"),
      flag("json", 'j', &options.json, "Print JSON, one line per reply"),
      text("url", 'u', options.url, "URL", "The box, with or without the API's path"),
      flag("insecure", 0, &options.insecure, "Trust any certificate"),
      text("ca-file", 0, options.ca_file, "FILE", "Trust certificates of these authorities only"),
      {.name = "timeout",
       .target = &options.timeout,
       .help = "Of one request, in seconds",
       .value = "SECONDS",
       .otherwise = "10",
       .least = 0.001,
       .most = 3600},
      {.name = "api-version",
       .target = &options.api_version,
       .help = "The major one",
       .value = "N",
       .otherwise = "the newest"},
      flag("reveal", 0, &options.reveal, "Leave keys, passwords and numbers in the replies"),
      flag("yes", 0, &options.yes, "Do not ask before something changes the box"),
  };
}

}  // namespace

std::vector<Option> with_freebox_options(std::vector<Option> own, FreeboxOptions& options) {
  for (Option& option : freebox_options(options)) {
    option.is_shared = true;
    own.push_back(std::move(option));
  }
  return own;
}

Option token_file_option(std::string& file) {
  return {.name = "token-file",
          .target = &file,
          .help = "Where a registration writes the token",
          .value = "FILE",
          .otherwise = file};
}

DeviceConfig freebox_config(const FreeboxOptions& options) {
  DeviceConfig config{.name = "freebox",
                      .kind = "freebox",
                      .url = url_of(options),
                      .tls = tls_of(options),
                      .reveal = options.reveal,
                      .one_shot = true};
  freebox::Options own{
      .app_id = options.app_id, .api_version = options.api_version, .shows_phone_numbers = true};
  config.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(options.timeout * 1000));
  if (options.token.starts_with(kFile)) {
    config.credential.file = options.token.substr(kFile.size());
    const freebox::AppToken token = within("'" + config.credential.file.string() + "'", [&] {
      return freebox::parse_token_file(read_secret_file(config.credential.file).reveal(),
                                       config.credential.file.filename().string());
    });
    config.credential.value = token.token;
    if (!token.app_id.empty()) own.app_id = token.app_id;  // overrides -a, as in pyfbx
  } else {
    config.credential.value = Secret(options.token);
  }
  if (!options.token.empty() && own.app_id.empty())
    throw Error(ErrorKind::config,
                "no app id: name the one that the token was made for with -a APP_ID, or on the "
                "second line of the token file");
  config.own = std::move(own);
  return config;
}

Error no_token() {
  return {
      ErrorKind::config,
      "no app token: give one with -t f:FILE, or register an application with 'boxmeter freebox "
      "register'"};
}

void prepare_freebox(const FreeboxOptions& options) {
  constexpr std::string_view kLevels[] = {"warn", "info", "debug"};
  set_up_log(kLevels[std::min(options.verbose, 2)], "text");
  prepare_process(1);
}

void print_reply(std::ostream& out, const Reply& reply, bool json) {
  out << (json ? reply.dump(-1, ' ', false, Reply::error_handler_t::replace) : python_pretty(reply))
      << "\n"
      << std::flush;
  if (!out) throw Error(ErrorKind::internal, "cannot write to the standard output");
}

void confirm_change(const Request& request, const FreeboxOptions& options) {
  const std::string change = freebox::change(request);
  if (change.empty()) return;
  confirm((request.verb == "command" ? request.target + " (" + change + ")" : change) +
              " changes the box",
          options.yes);
}

}  // namespace boxmeter
