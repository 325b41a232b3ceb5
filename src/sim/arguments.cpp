#include "sim/arguments.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdlib>

#include "base/error.h"

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
  std::size_t box = 0;
  const auto [end, error] = std::from_chars(text.data() + at + 1, text.data() + text.size(), box);
  if (error != std::errc() || end != text.data() + text.size())
    throw Error(ErrorKind::config, "'" + text + "' names no box (NAME@INDEX)");
  option.box = box;
  return option;
}

/// What CLI11 fills in that is not an option as it stands.
struct Raw {
  std::string password = "secret";
  std::string app_token = BoxOptions().app_token.reveal();
  std::vector<std::string> faults;
  std::int64_t latency_ms = 0;
  std::int64_t seconds = 0;
};

void add_boxes(CLI::App& app, SimOptions& options) {
  app.add_option("--recording", options.recordings, "folder of recorded replies; repeatable")
      ->required()
      ->type_name("DIR");
  app.add_option("--kind", options.kind, "of the boxes; default: found from the folder")
      ->check(CLI::IsMember({"fritzbox", "freebox"}));
  app.add_option("--count", options.count, "boxes per recording, each on a port of its own")
      ->capture_default_str()
      ->check(CLI::Range(1, 20'000));
  app.add_option("--listen", options.listen, "address, of the boxes and the control path")
      ->capture_default_str();
  app.add_option("--port", options.port, "of the first box; the next ones follow; 0: any free ones")
      ->capture_default_str()
      ->check(CLI::Range(0, 65'535));
  app.add_flag("--tls", options.tls,
               "each box also speaks https, on a port behind those of all boxes, with a "
               "certificate made at start");
  app.add_option("--certificate", options.certificate,
                 "PEM file with a certificate and its key, for --tls")
      ->type_name("FILE");
}

void add_logins(CLI::App& app, SimOptions& options, Raw& raw) {
  app.add_option("--username", options.box.username, "of the Fritz!Boxes")->capture_default_str();
  app.add_option("--password", raw.password,
                 "of the Fritz!Boxes; default: $BOXMETER_SIM_PASSWORD, then 'secret'");
  app.add_option("--app-id", options.box.app_id, "that the Freeboxes know")->capture_default_str();
  app.add_option(
      "--app-token", raw.app_token,
      "of that application; default: $BOXMETER_SIM_APP_TOKEN, then '" + raw.app_token + "'");
  app.add_option("--nonce-uses", options.box.nonce_uses, "requests per digest nonce; 0: any number")
      ->capture_default_str();
  app.add_option("--session-uses", options.box.session_uses,
                 "requests per session of a Freebox or of a Fritz!Box's web server; 0: any number")
      ->capture_default_str();
  app.add_option(
         "--permit", options.box.permit,
         "permissions of a Freebox's applications that they do not have at first: settings, "
         "profile, camera, home, vm")
      ->delimiter(',')
      ->type_name("NAME,...");
  app.add_flag("--old-login", options.box.old_login,
               "the web server of a Fritz!Box knows the login before FRITZ!OS 7.24 only (MD5)");
  app.add_option("--rights", options.box.rights,
                 "of the user on the web server of a Fritz!Box; default: all")
      ->delimiter(',')
      ->type_name("NAME,...");
}

void add_behaviour(CLI::App& app, SimOptions& options, Raw& raw) {
  app.add_flag("--invent", options.box.invent,
               "answer actions that are described but not recorded with made-up values");
  app.add_option("--seed", options.box.seed, "of made-up values, nonces and movement")
      ->capture_default_str();
  app.add_flag("--still", options.still, "counters stand: every reply as it was recorded");
  app.add_option("--latency", raw.latency_ms, "before every answer")
      ->type_name("MS")
      ->check(CLI::Range(0, 60'000));
  app.add_option("--fault", raw.faults,
                 "of all boxes, or NAME@INDEX of one; repeatable: " + fault_names())
      ->type_name("NAME");
  app.add_option(
         "--control", options.control,
         "port that shows and switches faults: GET /stats, POST /fault?name=NAME&box=INDEX, "
         "/request?name=REQUEST&error=CODE, /button?name=granted|denied|timeout|pending, /expire, "
         "/restart, /still, /call?event=EVENT (of the call monitor; without one its connections "
         "are closed); 0: any free one")
      ->type_name("PORT")
      ->check(CLI::Range(0, 65'535));
  app.add_option("--call-monitor", options.call_monitor,
                 "port of the call monitor of the first box; 0: any free one")
      ->type_name("PORT")
      ->check(CLI::Range(0, 65'535));
  app.add_flag(
      "--trace", options.trace,
      "print a line per request, once it is answered: asked BOX METHOD PATH [ACTION] STATUS");
  app.add_option("--seconds", raw.seconds, "end by itself after this time; default: on a signal")
      ->check(CLI::Range(1, 1'000'000));
}

}  // namespace

Arguments read_arguments(int argc, const char* const* argv) {
  Arguments result;
  Raw raw;
  raw.password = environment("BOXMETER_SIM_PASSWORD", raw.password);
  raw.app_token = environment("BOXMETER_SIM_APP_TOKEN", raw.app_token);
  CLI::App app(
      "Plays recordings of routers as live boxes on loopback.  Prints a line per box, "
      "'KIND RECORDING URL', then 'ready'.",
      "boxmeter-sim");
  app.set_version_flag("--version", BOXMETER_VERSION);
  add_boxes(app, result.options);
  add_logins(app, result.options, raw);
  add_behaviour(app, result.options, raw);
  try {
    app.parse(argc, argv);
    for (const std::string& text : raw.faults) result.options.faults.push_back(fault_option(text));
  } catch (const CLI::CallForHelp&) {
    return {.exit_code = 0, .message = app.help()};
  } catch (const CLI::CallForVersion&) {
    return {.exit_code = 0, .message = std::string("boxmeter-sim ") + BOXMETER_VERSION + "\n"};
  } catch (const CLI::ParseError& error) {
    return {.exit_code = 2, .message = std::string(error.what()) + " (see --help)"};
  } catch (const Error& error) {
    return {.exit_code = 2, .message = error.what()};
  }
  result.options.box.password = Secret(raw.password);
  result.options.box.app_token = Secret(raw.app_token);
  result.options.latency = std::chrono::milliseconds(raw.latency_ms);
  result.options.run_for = std::chrono::seconds(raw.seconds);
  return result;
}

}  // namespace boxmeter::sim
