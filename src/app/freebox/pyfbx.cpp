// freebox with pyfbx's flags: makes commands, once or repeatedly, and prints or sends the replies.
#include <iostream>
#include <memory>
#include <set>

#include "app/freebox/expression.h"
#include "app/freebox/freebox.h"
#include "app/freebox/subcommands.h"
#include "app/process.h"
#include "app/terminal.h"
#include "base/log.h"
#include "base/text.h"
#include "device/freebox/freebox.h"
#include "device/freebox/options.h"
#include "device/hidden.h"
#include "http/url.h"

namespace boxmeter {
namespace {

constexpr Command kCommands[] = {
    {"commands", "list what can be asked", &prepare_freebox_commands},
    {"get", "read any path of the API", &prepare_freebox_get},
    {"post", "send to any path of the API", &prepare_freebox_post},
    {"put", "change any path of the API", &prepare_freebox_put},
    {"delete", "delete any path of the API", &prepare_freebox_delete},
    {"register", "register an application, and list its permissions", &prepare_freebox_register},
};

constexpr const char* kUsualCommand = "System.Get_the_current_system_info()";

struct PyfbxOptions {
  FreeboxOptions box = {};
  std::vector<std::string> commands = {};
  std::string send = {};
  double delay = 0;  // seconds; 0: once
  std::string token_file = kTokenFile;
};

/// A parsed --command: the request, and the steps to the wanted part of the reply.
struct ParsedCommand {
  Request request = {};
  std::vector<freebox::Expression::Step> steps = {};
};

/// Accepts the app id as a word, as pyfbx 0.0.5 did and its README still shows.
void read_app_id(PyfbxOptions& options, const Words& words) {
  if (words.empty()) return;
  std::vector<std::string> known;
  for (const Command& command : kCommands) known.emplace_back(command.name);
  const std::string hint = did_you_mean(words[0], known);
  if (options.box.token.empty() && !hint.empty())
    throw Error(ErrorKind::config, "unknown command '" + words[0] + "' of 'boxmeter freebox'" +
                                       hint + " (known: " + joined(known) +
                                       "); see 'boxmeter freebox --help'");
  options.box.app_id = words[0];
}

std::vector<Option> pyfbx_options(PyfbxOptions& options) {
  return with_freebox_options({{.name = "command",
                                .letter = 'c',
                                .target = &options.commands,
                                .help = "What to ask; may be repeated",
                                .value = "COMMAND",
                                .otherwise = kUsualCommand},
                               {.name = "delay",
                                .letter = 'd',
                                .target = &options.delay,
                                .help = "Ask again and again, with so many seconds between",
                                .value = "SECONDS",
                                .most = 86400.0 * 366},
                               {.name = "send",
                                .letter = 's',
                                .target = &options.send,
                                .help = "POST each reply to this address as JSON",
                                .value = "URL"},
                               token_file_option(options.token_file)},
                              options.box);
}

/// Parses all commands before the first is made, so that a mistake in the last one has no effect.
std::vector<ParsedCommand> parse_commands(const PyfbxOptions& options) {
  std::vector<ParsedCommand> parsed;
  for (const std::string& command : options.commands) {
    const freebox::Expression expression = freebox::parse_expression(command);
    parsed.push_back({.request = freebox::request_of(expression), .steps = expression.steps});
    confirm_change(parsed.back().request, options.box);
  }
  return parsed;
}

class Run {
 public:
  Run(const DeviceConfig& config, const PyfbxOptions& options, std::vector<ParsedCommand> commands)
      : options_(options),
        commands_(std::move(commands)),
        device_(freebox::open(config, stop_)),
        listener_({.timeout = config.timeout}, stop_) {}

  int once();
  /// Repeats the commands until SIGINT, SIGTERM or SIGHUP, also after errors; a running request is
  /// finished first.
  int repeatedly();

 private:
  void make(const ParsedCommand& command);
  void send(const Reply& reply);

  const PyfbxOptions& options_;
  std::vector<ParsedCommand> commands_;
  http::Stop stop_;
  std::unique_ptr<Device> device_;
  http::Client listener_;
  std::set<std::string> printed_;  // names given to print_hidden()
};

void Run::send(const Reply& reply) {
  const std::string body = reply.dump(-1, ' ', false, Reply::error_handler_t::replace);
  const http::Response response = listener_.send({.method = http::Method::post,
                                                  .url = options_.send,
                                                  .headers = {{"Content-Type", "application/json"}},
                                                  .body = body,
                                                  .reading = false});
  const std::string outcome = "HTTP " + std::to_string(response.status);
  if (response.status / 100 != 2)
    throw Error(ErrorKind::refused, "'" + options_.send + "' answers " + outcome);
  log_event(LogLevel::info, "sent " + std::to_string(body.size()) + " bytes to '" + options_.send +
                                "': " + outcome);
}

void Run::make(const ParsedCommand& command) {
  within(command.request.target, [&] {
    const auto start = Clock::now();
    const Reply reply = freebox::follow(command.steps, device_->call(command.request));
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
    log_event(LogLevel::info,
              command.request.target + " answered in " + std::to_string(took.count()) + " ms");
    if (!options_.send.empty()) {
      within("not sent", [&] { send(reply); });
      return;
    }
    print_reply(std::cout, reply, options_.box.json);
    std::set<std::string> hidden = hidden_by(*device_);  // printed once, not in every round
    std::erase_if(hidden, [&](const std::string& name) { return !printed_.insert(name).second; });
    print_hidden(hidden, "--reveal shows them");
  });
}

int Run::once() {
  for (const ParsedCommand& command : commands_) make(command);
  return 0;
}

int Run::repeatedly() {
  block_signals();
  const auto pause = std::chrono::nanoseconds(static_cast<std::int64_t>(options_.delay * 1e9));
  std::uint64_t asked = 0, errors = 0;
  std::chrono::nanoseconds wait{0};
  for (std::size_t next = 0; !signal_within(wait);) {
    try {
      ++asked;
      make(commands_[next]);
    } catch (const Error& error) {
      if (!std::cout) throw;  // stdout was closed
      ++errors;
      std::cerr << "boxmeter: " << error.what() << "\n";
    }
    next = (next + 1) % commands_.size();
    wait = next == 0 ? pause : std::chrono::nanoseconds(0);
  }
  std::cerr << "boxmeter: asked " << asked << " times, " << errors << " errors\n";
  return errors == 0 ? 0 : 1;
}

/// Checked before the box is asked, since an invalid URL makes the replies useless.
void check_send(const std::string& url) {
  if (url.empty()) return;
  const auto parsed = http::parse_url(url);
  if (!parsed || (parsed->scheme != "http" && parsed->scheme != "https"))
    throw Error(ErrorKind::config,
                "'--send' takes a URL such as http://127.0.0.1:8186/telegraf, not " +
                    http::quoted_url(url));
}

int ask(PyfbxOptions options, const Words& words) {
  read_app_id(options, words);
  check_send(options.send);
  if (options.commands.empty()) options.commands = {kUsualCommand};
  DeviceConfig config = freebox_config(options.box);
  std::vector<ParsedCommand> commands = parse_commands(options);
  if (options.box.token.empty() && own_options<freebox::Options>(config).app_id.empty())
    throw no_token();
  prepare_freebox(options.box);
  if (options.box.token.empty())
    config = register_application(std::move(config), options.token_file);
  Run run(config, options, std::move(commands));
  return options.delay > 0 ? run.repeatedly() : run.once();
}

}  // namespace

Prepared prepare_freebox_command(const Program&) {
  auto wanted = std::make_shared<PyfbxOptions>();
  return {
      .syntax = {.about = "Asks a Freebox with pyfbx's flags and commands, and prints the replies.",
                 .options = pyfbx_options(*wanted),
                 .words = "[APP_ID]",
                 .most_words = 1,
                 .more = "  boxmeter freebox -a APP_ID                  register, and write "
                         "freebox.token\n"
                         "  boxmeter freebox -t f:freebox.token -c "
                         "\"Connection.Get_the_current_Connection_status()['rate_up']\"\n"
                         "  boxmeter freebox commands [SYSTEM[.METHOD]] what can be asked\n"
                         "  boxmeter freebox get PATH                   any other path; also post, "
                         "put, delete\n"
                         "  boxmeter freebox register                   register, and list the "
                         "permissions"},
      .run = [wanted](const Words& words) { return ask(*wanted, words); },
      .commands = kCommands};
}

}  // namespace boxmeter
