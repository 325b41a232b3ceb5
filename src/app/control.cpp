// reload, healthcheck: commands that speak to a running boxmeter.
#include <iostream>
#include <memory>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/running.h"
#include "base/environment.h"
#include "base/error.h"
#include "base/text.h"
#include "publish/web_file.h"

namespace boxmeter {
namespace {

using namespace std::chrono_literals;
using Sockets = std::vector<std::filesystem::path>;

constexpr auto kHealthTimeout = 5s;
constexpr auto kReloadTimeout = 60s;  // for a thousand devices and their packs

/// If the configuration is invalid, the sockets at the default place are tried: a boxmeter may run
/// with an earlier version of it.
Sockets sockets_of(const std::filesystem::path& file) {
  try {
    return control_sockets(configured_state_dir(file));
  } catch (const Error&) {
    return control_sockets(default_state_dir());
  }
}

std::optional<RunningAnswer> ask_first(const Sockets& sockets, HttpMethod method,
                                       const std::string& path, std::chrono::seconds patience) {
  for (const auto& socket : sockets)
    if (auto answer = ask_socket(socket, method, path, patience)) return answer;
  return {};
}

std::string why_none(const Sockets& sockets) {
  std::vector<std::string> reasons;
  for (const auto& socket : sockets) reasons.push_back(why_unreachable(socket));
  return joined(reasons);
}

int reload(const std::string& named) {
  const Sockets sockets = sockets_of(config_file(named));
  const auto answer = ask_first(sockets, HttpMethod::post, "/-/reload", kReloadTimeout);
  if (!answer)
    throw Error(ErrorKind::network,
                "no boxmeter can be asked (" + why_none(sockets) +
                    "): does one run with this configuration, and as this user? (as another: "
                    "'systemctl reload boxmeter', or send it SIGHUP)");
  (answer->status == 200 ? std::cout : std::cerr) << answer->text;
  return answer->status == 200 ? 0 : 1;
}

/// Without a control socket: asks at the address that it listens on.
RunningAnswer ask_over_tcp(const std::filesystem::path& file, const Sockets& sockets) {
  const ConfiguredWeb web = configured_web(file);
  const bool tls = !web.config_file.empty() && speaks_tls(web.config_file);
  const std::string where = local_url(web.listen.front(), tls) + "/-/healthy";
  try {
    auto answer = ask_address(web.listen.front(), tls, "/-/healthy", kHealthTimeout);
    if (answer.status != 401) return answer;
    throw Error(ErrorKind::auth,
                "it asks for a login: 'health_without_login: true' below 'web' answers without");
  } catch (const Error& error) {
    const bool is_for_few = tls && wants_certificate(web.config_file);
    throw Error(
        error.kind() == ErrorKind::config ? ErrorKind::config : ErrorKind::network,
        "no boxmeter says that it is healthy: " + where + ": " + error.what() +
            (is_for_few ? " (it answers only who has a certificate: 'client_auth_type')" : "") +
            "; " + why_none(sockets));
  }
}

int healthcheck(const std::string& named) {
  const std::filesystem::path file = config_file(named);
  const Sockets sockets = sockets_of(file);
  auto answer = ask_first(sockets, HttpMethod::get, "/-/healthy", kHealthTimeout);
  if (!answer) answer = ask_over_tcp(file, sockets);
  if (answer->status != 200)
    throw Error(ErrorKind::refused, "boxmeter is not healthy: HTTP " +
                                        std::to_string(answer->status) + ": " +
                                        std::string(trim(shortened(answer->text, 200))));
  std::cout << answer->text;
  return 0;
}

Prepared prepared(const char* about, int (*run)(const std::string& file)) {
  auto file = std::make_shared<std::string>();
  return {.syntax = {.about = about, .options = {config_option(*file)}},
          .run = [file, run](const Words&) { return run(*file); }};
}

}  // namespace

Prepared prepare_reload(const Program&) {
  return prepared(
      "Has the boxmeter that runs with this configuration read it again, and says what has changed "
      "or what is wrong.",
      &reload);
}

Prepared prepare_healthcheck(const Program&) {
  return prepared(
      "Asks the boxmeter that runs with this configuration whether it is healthy: exit code 0 when "
      "it is, else 1.",
      &healthcheck);
}

}  // namespace boxmeter
