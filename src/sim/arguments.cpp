#include "sim/arguments.h"

#include <cstdlib>

#include "base/error.h"
#include "base/number.h"
#include "options/help.h"
#include "options/read.h"

namespace boxmeter::sim {
namespace {

std::string environment(const char* name, std::string otherwise) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
  return value ? value : std::move(otherwise);
}

/// "reset" or "reset@3".
FaultOption fault_option(const std::string& text) {
  const auto at = std::min(text.find('@'), text.size());
  FaultOption option{.fault = find_fault(text.substr(0, at))};
  if (at == text.size()) return option;
  option.box = parse_integer<std::size_t>(std::string_view(text).substr(at + 1));
  if (!option.box) throw Error(ErrorKind::config, "'" + text + "' names no box (NAME@INDEX)");
  return option;
}

/// Options that are converted to SimOptions after reading.
struct Raw {
  bool version = false;
  std::vector<std::string> recordings = {};
  std::string password = environment("BOXMETER_SIM_PASSWORD", "secret");
  std::string app_token =
      environment("BOXMETER_SIM_APP_TOKEN", std::string(BoxOptions().app_token.reveal()));
  unsigned port = 0;
  std::optional<unsigned> control = {};
  std::optional<unsigned> call_monitor = {};
  std::vector<std::string> faults = {};
  std::uint64_t latency_ms = 0;
  std::uint64_t seconds = 0;
};

constexpr double kHighestPort = 65'535;

void add_boxes(std::vector<Option>& rows, SimOptions& options, Raw& raw) {
  rows.insert(rows.end(),
              {{.name = "recording",
                .target = &raw.recordings,
                .help = "Folder of recorded replies; at least one",
                .value = "DIR"},
               {.name = "kind",
                .target = &options.kind,
                .help = "Of the boxes, if it is not to be found from the folder",
                .value = "KIND",
                .choices = {"fritzbox", "freebox"}},
               {.name = "count",
                .target = &options.count,
                .help = "Boxes per recording, each on a port of its own",
                .value = "NUMBER",
                .otherwise = "1",
                .least = 1,
                .most = 20'000},
               {.name = "listen",
                .target = &options.listen,
                .help = "Address, of the boxes and the control path",
                .value = "HOST",
                .otherwise = options.listen},
               {.name = "port",
                .target = &raw.port,
                .help = "Of the first box; the next ones follow; 0: any free ones",
                .value = "PORT",
                .otherwise = "0",
                .most = kHighestPort},
               {.name = "tls",
                .target = &options.tls,
                .help = "Each box also speaks https, on a port behind those of all boxes, with a "
                        "certificate made at start"},
               {.name = "certificate",
                .target = &options.certificate,
                .help = "PEM file with a certificate and its key, for --tls",
                .value = "FILE"}});
}

void add_logins(std::vector<Option>& rows, SimOptions& options, Raw& raw) {
  const std::string any = "any number";
  rows.insert(
      rows.end(),
      {{.name = "username",
        .target = &options.box.username,
        .help = "Of the Fritz!Boxes",
        .otherwise = options.box.username},
       {.name = "password",
        .target = &raw.password,
        .help = "Of the Fritz!Boxes",
        .otherwise = "$BOXMETER_SIM_PASSWORD, then 'secret'"},
       {.name = "app-id",
        .target = &options.box.app_id,
        .help = "That the Freeboxes know",
        .otherwise = options.box.app_id},
       {.name = "app-token",
        .target = &raw.app_token,
        .help = "Of that application",
        .otherwise =
            "$BOXMETER_SIM_APP_TOKEN, then '" + std::string(BoxOptions().app_token.reveal()) + "'"},
       {.name = "nonce-uses",
        .target = &options.box.nonce_uses,
        .help = "Requests per digest nonce; 0: any number",
        .value = "NUMBER",
        .otherwise = "0"},
       {.name = "lenient",
        .target = &options.box.lenient,
        .help =
            "Fritz!Boxes take a digest whose uri is not the path and whose nc does not rise, as "
            "real ones do"},
       {.name = "session-uses",
        .target = &options.box.session_uses,
        .help = "Requests per session of a Freebox or of a Fritz!Box's web server; 0: any number",
        .value = "NUMBER",
        .otherwise = "0"},
       {.name = "permit",
        .target = &options.box.permit,
        .help = "Permissions of a Freebox's applications that they do not have at first: "
                "settings, profile, camera, home, vm",
        .value = "NAME,...",
        .is_list = true},
       {.name = "old-login",
        .target = &options.box.old_login,
        .help = "The web server of a Fritz!Box knows the login before FRITZ!OS 7.24 only (MD5)"},
       {.name = "rights",
        .target = &options.box.rights,
        .help = "Of the user on the web server of a Fritz!Box",
        .value = "NAME,...",
        .otherwise = "all",
        .is_list = true}});
}

void add_behaviour(std::vector<Option>& rows, SimOptions& options, Raw& raw) {
  rows.insert(
      rows.end(),
      {{.name = "invent",
        .target = &options.box.invent,
        .help = "Answer actions that are described but not recorded with made-up values"},
       {.name = "seed",
        .target = &options.box.seed,
        .help = "Of made-up values, nonces and movement",
        .value = "NUMBER",
        .otherwise = "1"},
       {.name = "still",
        .target = &options.still,
        .help = "Counters stand: every reply as it was recorded"},
       {.name = "latency",
        .target = &raw.latency_ms,
        .help = "Before every answer",
        .value = "MS",
        .most = 60'000},
       {.name = "fault",
        .target = &raw.faults,
        .help = "Of all boxes, or NAME@INDEX of one: " + fault_names(),
        .value = "NAME"},
       {.name = "control",
        .target = &raw.control,
        .help = "Port that shows and switches faults: GET /stats, POST /fault?name=NAME&box=INDEX, "
                "/request?name=REQUEST&error=CODE, /button?name=granted|denied|timeout|pending, "
                "/expire, /restart, /still, /call?event=EVENT (of the call monitor; without one "
                "its connections are closed); 0: any free one",
        .value = "PORT",
        .most = kHighestPort},
       {.name = "call-monitor",
        .target = &raw.call_monitor,
        .help = "Port of the call monitor of the first box; 0: any free one",
        .value = "PORT",
        .most = kHighestPort},
       {.name = "trace",
        .target = &options.trace,
        .help = "Print a line per request, once it is answered: asked BOX METHOD PATH [ACTION] "
                "STATUS"},
       {.name = "seconds",
        .target = &raw.seconds,
        .help = "End by itself after this time",
        .value = "NUMBER",
        .otherwise = "on a signal",
        .least = 1,
        .most = 1'000'000}});
}

void convert(const Raw& raw, SimOptions& options) {
  if (raw.recordings.empty())
    throw Error(ErrorKind::config, "no recording: name its folder with --recording DIR");
  options.recordings.assign(raw.recordings.begin(), raw.recordings.end());
  for (const std::string& text : raw.faults) options.faults.push_back(fault_option(text));
  const auto port = [](std::optional<unsigned> number) {
    return number ? std::optional<int>(static_cast<int>(*number)) : std::nullopt;
  };
  options.port = static_cast<int>(raw.port);
  options.control = port(raw.control);
  options.call_monitor = port(raw.call_monitor);
  options.box.password = Secret(raw.password);
  options.box.app_token = Secret(raw.app_token);
  options.latency = std::chrono::milliseconds(raw.latency_ms);
  options.run_for = std::chrono::seconds(raw.seconds);
}

}  // namespace

Arguments read_arguments(int argc, const char* const* argv) {
  Arguments result;
  Raw raw;
  Syntax syntax = {
      .program = "boxmeter-sim",
      .about =
          "Plays recordings of routers as live boxes on loopback. Prints a line "
          "per box, 'KIND RECORDING URL', then 'ready'.",
      .options = {
          {.name = "version", .target = &raw.version, .help = "Print the version and end"}}};
  add_boxes(syntax.options, result.options, raw);
  add_logins(syntax.options, result.options, raw);
  add_behaviour(syntax.options, result.options, raw);
  try {
    const Reading reading = read_options(syntax, std::vector<std::string>(argv + 1, argv + argc));
    if (reading.wants_help) return {.exit_code = 0, .message = help_text(syntax)};
    if (raw.version)
      return {.exit_code = 0, .message = std::string("boxmeter-sim ") + BOXMETER_VERSION + "\n"};
    if (!reading.words.empty())
      throw Error(ErrorKind::config,
                  "unexpected argument '" + reading.words[0] + "'; " + see_help(syntax));
    convert(raw, result.options);
  } catch (const Error& error) {
    return {.exit_code = 2, .message = error.what()};
  }
  return result;
}

}  // namespace boxmeter::sim
