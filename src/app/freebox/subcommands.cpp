#include "app/freebox/subcommands.h"

#include <iostream>

#include "app/commands.h"
#include "app/freebox/python_print.h"
#include "app/log.h"
#include "app/process.h"
#include "app/terminal.h"
#include "base/file.h"
#include "base/text.h"
#include "device/freebox/freebox.h"
#include "device/freebox/request.h"
#include "device/freebox/token.h"

namespace boxmeter {
namespace {

struct Subcommand {
  std::string_view word;
  int (*run)(Arguments arguments);
};
constexpr Subcommand kSubcommands[] = {
    {"commands", &freebox_commands},
    {"delete", [](Arguments words) { return freebox_verb("delete", words); }},
    {"get", [](Arguments words) { return freebox_verb("get", words); }},
    {"post", [](Arguments words) { return freebox_verb("post", words); }},
    {"put", [](Arguments words) { return freebox_verb("put", words); }},
    {"register", &freebox_register},
};

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

/// As pyfbx takes it: the scheme may be left out.
std::string url_of(const FreeboxOptions& options) {
  if (options.url.empty())
    return options.no_mdns ? std::string(freebox::kKind.default_url) : "auto";
  return options.url.find("://") == std::string::npos ? "http://" + options.url : options.url;
}

}  // namespace

void add_freebox_options(CLI::App& app, FreeboxOptions& options) {
  app.add_option("-a,--app_id", options.app_id, "The application's id")->type_name("APP_ID");
  app.add_option("-t,--token", options.token,
                 "Its app token; better f:FILE with the token, and the app id on a second line")
      ->type_name("TOKEN");
  app.add_flag("-v,--verbose", options.verbose, "Tell what is done; twice: every detail");
  app.add_flag("-n,--http", options.no_mdns, "Do not look for the box with mDNS");
  app.add_flag("-j,--json", options.json, "Print JSON, one line per reply");
  app.add_option("-u,--url", options.url, "The box, with or without the API's path")
      ->type_name("URL");
  app.add_flag("--insecure", options.insecure, "Believe any certificate");
  app.add_option("--ca-file", options.ca_file, "Believe certificates of these roots only")
      ->type_name("FILE");
  app.add_option("--timeout", options.timeout, "Of one request, in seconds (default: 10)")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.001, 3600.0).description(""));
  app.add_option("--api-version", options.api_version, "The major one (default: the newest)")
      ->type_name("N");
  app.add_flag("--reveal", options.reveal, "Leave keys, passwords and numbers in the replies");
  app.add_flag("--yes", options.yes, "Do not ask before something changes the box");
}

void add_token_file_option(CLI::App& app, std::string& file) {
  app.add_option("--token-file", file,
                 "Where a registration writes the token (default: " + file + ")")
      ->type_name("FILE");
}

DeviceConfig freebox_config(const FreeboxOptions& options) {
  DeviceConfig config{.name = "freebox",
                      .kind = "freebox",
                      .url = url_of(options),
                      .app_id = options.app_id,
                      .api_version = options.api_version,
                      .tls = tls_of(options),
                      .reveal = options.reveal};
  config.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(options.timeout * 1000));
  if (options.token.starts_with(kFile)) {
    config.credential.file = options.token.substr(kFile.size());
    const freebox::AppToken token = within("'" + config.credential.file.string() + "'", [&] {
      return freebox::parse_token_file(read_file(config.credential.file));
    });
    config.credential.value = token.token;
    if (!token.app_id.empty()) config.app_id = token.app_id;  // over -a, as in pyfbx
  } else {
    config.credential.value = Secret(options.token);
  }
  if (!options.token.empty() && config.app_id.empty())
    throw Error(ErrorKind::config,
                "no app id: name the one that the token was made for with -a APP_ID, or on the "
                "second line of the token file");
  return config;
}

void prepare_freebox(const FreeboxOptions& options) {
  constexpr std::string_view kLevels[] = {"warn", "info", "debug"};
  set_up_log({.level = std::string(kLevels[std::min(options.verbose, 2)]), .format = "text"});
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

std::vector<std::string> freebox_subcommands() {
  std::vector<std::string> words;
  for (const Subcommand& subcommand : kSubcommands) words.emplace_back(subcommand.word);
  return words;
}

int freebox_command(Arguments arguments) {
  if (!arguments.empty())
    for (const Subcommand& subcommand : kSubcommands)
      if (subcommand.word == arguments[0]) return subcommand.run(arguments.subspan(1));
  return freebox_pyfbx(arguments);
}

}  // namespace boxmeter
