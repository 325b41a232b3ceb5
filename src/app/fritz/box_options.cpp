#include "app/fritz/box_options.h"

#include <iostream>

#include "app/process.h"
#include "app/terminal.h"
#include "base/environment.h"
#include "base/log.h"
#include "base/number.h"
#include "base/secret_file.h"
#include "base/text.h"
#include "base/unicode.h"
#include "device/fritzbox/options.h"
#include "device/fritzbox/tr064/cache.h"
#include "http/url.h"

namespace boxmeter::fritz {
namespace {

/// The emergency address, which every box has.
constexpr const char* kAnyBox = "169.254.1.1";

/// An option that may be given without its value, as all of fritzconnection: then it has no effect.
Option bare(std::string_view name, char letter, std::optional<std::string>& target,
            std::string_view value, std::string help) {
  return {.name = name,
          .letter = letter,
          .target = &target,
          .help = std::move(help),
          .value = value,
          .may_be_bare = true};
}

Option flag(std::string_view name, char letter, bool& target, std::string help) {
  return {.name = name, .letter = letter, .target = &target, .help = std::move(help)};
}

std::vector<Option> box_options(BoxOptions& options) {
  return {
      bare("ip-address", 'i', options.address, "ADDRESS",
           "Address of the box (default: 169.254.1.1)"),
      bare("port", 0, options.port, "PORT", "Its port (default: 49000, with -e 49443)"),
      bare("username", 'u', options.username, "USERNAME",
           "User (default: FRITZ_USERNAME, then who logged in last)"),
      bare("password", 'p', options.password, "PASSWORD",
           "Password, for others to read; better FRITZ_PASSWORD, --password-file, or wait to be "
           "asked"),
      {.name = "password-file",
       .target = &options.password_file,
       .help = "File that holds the password",
       .value = "FILE"},
      flag("encrypt", 'e', options.encrypt,
           "Use TLS; the certificate that is seen first is trusted, as SSH does; a changed one is "
           "an "
           "error"),
      flag("insecure", 0, options.insecure, "With -e: trust any certificate"),
      flag("use-cache", 'x', options.use_cache,
           "Keep which services and actions the box has, and read that from a file the next time; "
           "one request tells whether it is still true (default: FRITZ_USECACHE)"),
      flag("suppress-cache-verification", 'y', options.trust_cache,
           "Believe what is kept without that request; implies -x"),
      bare("cache-format", 0, options.cache_format, "FORMAT", "json, whatever is asked for"),
      bare("cache-directory", 0, options.cache_directory, "DIR",
           "Where it is kept (default: FRITZ_CACHEDIRECTORY, then the user's cache folder)"),
      flag("reveal", 0, options.reveal, "Show passwords, keys and numbers in answers"),
  };
}

std::optional<std::string> given(const std::optional<std::string>& option, const char* variable) {
  if (option && !option->empty()) return option;
  const std::optional<std::string> value = environment(variable);
  return value && !value->empty() ? value : std::nullopt;
}

bool environment_flag(const char* variable) {
  const std::string value = lower(environment(variable).value_or(""));
  return value == "true" || value == "on" || value == "1";
}

/// An IPv6 address may be given without brackets, as in fritzconnection.
http::Url address(const BoxOptions& options) {
  std::string text = options.address.value_or("");
  if (text.empty()) text = kAnyBox;
  const bool is_bare_ipv6 = std::ranges::count(text, ':') > 1 && !text.starts_with('[') &&
                            text.find('/') == std::string::npos;
  const auto url = http::parse_url(is_bare_ipv6 ? "[" + text + "]" : text);
  if (!url || url->has_credentials)
    throw Error(ErrorKind::config,
                "'--ip-address' takes a host, host:port or URL, not " + http::quoted_url(text));
  return *url;
}

/// "fritz.box:49000", "[::1]:49000"; for remote access with the path after it.
std::string host_and_port(const BoxOptions& options, int usual_port) {
  http::Url url = address(options);
  if (options.port && !options.port->empty()) {
    url.port = parse_integer<std::uint16_t>(*options.port);
    if (!url.port)
      throw Error(ErrorKind::config,
                  "'--port' takes a number up to 65535, not '" + printable(*options.port) + "'");
  }
  while (url.rest.ends_with('/')) url.rest.pop_back();
  return url.host_and_port(usual_port) + url.rest;
}

/// The text as the name of a file.
std::string file_name(std::string text) {
  for (char& c : text)
    if (c == ':' || c == '[' || c == ']' || c == '%' || c == '/') c = '_';
  return text;
}

Credential credential(const BoxOptions& options) {
  if (!options.password_file.empty())
    return {.value = read_secret_file(options.password_file), .file = options.password_file};
  if (options.password && !options.password->empty())
    std::cerr << "warning: every user of this machine can read a password in a command line; "
                 "FRITZ_PASSWORD and --password-file do not show it\n";
  return {.value = Secret(given(options.password, "FRITZ_PASSWORD").value_or(""))};
}

/// The key of a box in the cache: the same with and without TLS, but with the port if it is not a
/// usual one, since another box may be there.
std::string address_in_cache(const std::string& url) {
  const http::Url box = http::parse_url(url).value();
  const int port = box.port.value_or(0);
  const bool is_usual = (port == 49000 || port == 49443) && box.rest.empty();
  return is_usual ? box.host : box.authority() + box.rest;
}

void use_cache(const BoxOptions& options, DeviceConfig& device) {
  const std::string format =
      lower(given(options.cache_format, "FRITZ_CACHEFORMAT").value_or("json"));
  if (format != "json" && format != "pickle")
    throw Error(ErrorKind::config,
                "unknown cache format '" + format + "' (known: json; pickle is read as json)");
  if (format == "pickle")
    std::cerr << "notice: the cache is JSON, whatever the format asked for ('pickle')\n";
  const auto folder = given(options.cache_directory, "FRITZ_CACHEDIRECTORY");
  device.own = fritzbox::Options{
      .api_cache = fritzbox::cache_file(folder ? std::filesystem::path(*folder) : user_cache_dir(),
                                        address_in_cache(device.url)),
      .verify_api_cache = !options.trust_cache,
      .shows_personal = true};
}

constexpr const char* kWaysToLogIn =
    "the box asks for a login: give the password by FRITZ_PASSWORD or --password-file (and its "
    "user by -u or FRITZ_USERNAME)";

int attempt(const DeviceConfig& device, http::Stop& stop, const Use& use) {
  fritzbox::Box box(device, stop);
  try {
    return use(box, device.url);
  } catch (Error& error) {
    if (error.kind() != ErrorKind::config) error.prepend(device.url);
    throw;
  }
}

}  // namespace

std::vector<Option> with_box_options(std::vector<Option> own, BoxOptions& options) {
  for (Option& option : box_options(options)) {
    option.is_shared = true;
    own.push_back(std::move(option));
  }
  return own;
}

DeviceConfig device_of(const BoxOptions& options) {
  const bool encrypt = options.encrypt || address(options).scheme == "https";
  const std::string box = host_and_port(options, encrypt ? 49443 : 49000);
  DeviceConfig device{.name = file_name(box),
                      .kind = "fritzbox",
                      .url = (encrypt ? "https://" : "http://") + box,
                      .username = given(options.username, "FRITZ_USERNAME").value_or(""),
                      .credential = credential(options),
                      .reveal = options.reveal,
                      .one_shot = true};
  device.own = fritzbox::Options{.shows_personal = true};
  if (encrypt && options.insecure) device.tls = {.mode = http::TlsMode::insecure};
  if (encrypt && !options.insecure)
    device.tls = {.mode = http::TlsMode::first_use,
                  .known_key = user_state_dir() / "pins" / device.name};
  if (options.use_cache || options.trust_cache || environment_flag("FRITZ_USECACHE"))
    use_cache(options, device);
  return device;
}

std::string call_monitor_of(const BoxOptions& options) { return host_and_port(options, 1012); }

int with_box(const BoxOptions& options, const Use& use) {
  DeviceConfig device = device_of(options);
  set_up_log("warn", "text");
  prepare_process(1);
  http::Stop stop;
  try {
    return attempt(device, stop, use);
  } catch (const Error& error) {
    if (!device.credential.value.empty() || error.kind() != ErrorKind::auth) throw;
  }
  device.credential.value =
      ask_password("password of " + (device.username.empty() ? "the box" : device.username) + "? ",
                   kWaysToLogIn);
  reuse_confirmations();
  return attempt(device, stop, use);
}

}  // namespace boxmeter::fritz
