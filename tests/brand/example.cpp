#include "example.h"

#include <algorithm>

#include "base/text.h"
#include "device/credential.h"
#include "yaml/scalars.h"

namespace boxmeter::example {
namespace {

constexpr std::string_view kApi = "/api/";
constexpr std::size_t kDeepest = 64;  // objects and arrays in a reply

Reply parsed(const std::string& body) {
  if (json_depth(body) > kDeepest) throw Error(ErrorKind::too_large, "answer is nested too deeply");
  Reply reply = Reply::parse(repair_utf8(body), nullptr, /*allow_exceptions=*/false);
  if (!reply.is_object()) throw Error(ErrorKind::protocol, "answer is no JSON object");
  return reply;
}

/// {"columns": ["name", "up"], "rows": [["wan", true]]} as rules can read it: [{"name": "wan",
/// "up": true}].  Anything else stays as it is.
Reply in_rows(const Reply& table) {
  if (!table.is_object() || !table.contains("columns") || !table.contains("rows")) return table;
  Reply rows = Reply::array();
  for (const Reply& cells : table["rows"]) {
    Reply row = Reply::object();
    for (std::size_t i = 0; i < std::min(cells.size(), table["columns"].size()); ++i)
      if (table["columns"][i].is_string()) row[table["columns"][i].get<std::string>()] = cells[i];
    rows.push_back(std::move(row));
  }
  return rows;
}

/// One router: a token is fetched by POST and sent along until the router no longer takes it.
class Router : public Device {
 public:
  Router(const DeviceConfig& config, http::Stop& stop)
      : config_(config),
        client_({.timeout = config.timeout, .tls = config.tls, .tap = config.tap}, stop) {}

  Reply call(const Request& request) override {
    return within(request.target, [&] {
      Reply reply = Reply::object();
      const Reply said = page(request);
      for (const auto& [name, value] : said.items()) reply[name] = in_rows(value);
      notice_restart(reply);
      if (!config_.reveal) reply.erase("wifi_key");
      return reply;
    });
  }
  Epoch epoch() const override { return {.boot = boots_}; }
  Incarnation incarnation() const override { return incarnation_; }
  std::uint64_t answers() const override { return answers_; }
  std::uint64_t logins() const override { return logins_; }

 private:
  Reply page(const Request& request) {
    if (token_.empty()) log_in();
    http::Response response = get(request);
    if (response.status == 401) {  // the token has run out
      log_in();
      response = get(request);
    }
    if (response.status != 200 && response.status != 403 && response.status != 404)
      throw Error(ErrorKind::protocol, "HTTP " + std::to_string(response.status));
    // Another program has 403 and 404 too, but not after the router's own login.
    if (response.status != 200) ++answers_;
    if (response.status == 404)
      throw Error(ErrorKind::refused, "this router has no such page", Refusal::unsupported);
    if (response.status == 403)
      throw Error(ErrorKind::refused, "this page is not for a " + role(), Refusal::denied);
    Reply reply = parsed(response.body);
    ++answers_;
    return reply;
  }

  http::Response get(const Request& request) {
    return client_.send({.url = config_.url + std::string(kApi) + request.target + ".json",
                         .headers = {{"Authorization", "Bearer " + token_.reveal()}},
                         .body_limit = request.body_limit});
  }

  /// A refusal ends the poll, and the poller waits five minutes before it asks again.
  void log_in() {
    const Reply body = {{"user", config_.username},
                        {"password", config_.credential.value.reveal()},
                        {"role", role()}};
    const http::Response response =
        client_.send({.method = http::Method::post,
                      .url = config_.url + "/login",
                      .headers = {{"Content-Type", "application/json"}},
                      .body = body.dump(-1, ' ', false, Reply::error_handler_t::replace)});
    if (response.status == 401 || response.status == 403)
      throw Error(ErrorKind::auth, "the router refused the login of user '" + config_.username +
                                       "': check username and password_file");
    const Reply answer = parsed(response.body);
    if (response.status != 200 || !answer.contains("token") || !answer["token"].is_string())
      throw Error(ErrorKind::protocol, "the router gave no token");
    token_ = Secret(answer["token"].get<std::string>());
    ++logins_;
  }

  /// The uptime falls only when the router restarts.
  void notice_restart(const Reply& reply) {
    if (!reply.contains("uptime") || !reply["uptime"].is_number_unsigned()) return;
    const std::chrono::seconds uptime(reply["uptime"].get<std::uint64_t>());
    if (uptime < uptime_) ++boots_;
    uptime_ = uptime;
    incarnation_ = {.firmware = reply.value("firmware", ""), .booted = WallClock::now() - uptime};
  }

  const std::string& role() const { return own_options<Options>(config_).role; }

  const DeviceConfig config_;
  http::Client client_;
  Secret token_;
  unsigned boots_ = 0;
  std::chrono::seconds uptime_{0};
  Incarnation incarnation_;
  std::uint64_t answers_ = 0;
  std::uint64_t logins_ = 0;
};

std::unique_ptr<Device> open(const DeviceConfig& config, http::Stop& stop) {
  return std::make_unique<Router>(config, stop);
}

constexpr std::string_view kRoles[] = {"viewer", "admin"};
constexpr Key kKeys[] = {
    {.name = "username",
     .type = KeyType::text,
     .help = "User of the router",
     .example = "boxmeter",
     .required = true},
    {.name = "password",
     .type = KeyType::text,
     .help = "Password of that user; better in 'password_file'",
     .example = "change-me",
     .secret = true},
    {.name = "password_file",
     .type = KeyType::file,
     .help = "File whose one line is the password",
     .example = "example.password"},
    {.name = "role",
     .type = KeyType::word,
     .help = "What to ask to be: the router shows an admin more",
     .default_text = "viewer",
     .example = "admin",
     .choices = kRoles},
};

void read(const OwnSection& own, DeviceConfig& device) {
  device.username = own.section.required("username").text();
  auto password = read_secret_line(own.section, "password", own.folder, own.warnings);
  if (!password) own.section.expect_not_misspelt({"password", "password_file"});
  if (!password)
    throw own.section.problem("device '" + device.name +
                              "' has no password (give it password_file or password)");
  device.credential = *std::move(password);
  Options options;
  options.role = own.section.word("role").value_or(options.role);
  device.own = std::move(options);
}

constexpr Verb kVerbs[] = {{"page"}};

void check(const Request& request) {
  if (request.verb != "page")
    throw Error(ErrorKind::config, "unknown request '" + request.verb +
                                       "' for an example (known: " + joined(words(kVerbs)) + ")");
  if (!is_identifier(request.target) || !request.args.empty() || request.repeat)
    throw Error(ErrorKind::config,
                "'" + describe(request) + "' is not a page such as {page: status}");
}

std::vector<Question> questions(const std::string& /*url*/, const Recorded& /*recorded*/) {
  return {{.request = {.verb = "page", .target = "status"}}};
}

std::pair<std::string, std::string> file(const Recorded& /*recorded*/, const http::Request& request,
                                         const http::Response& response) {
  const auto api = request.url.find(kApi);
  if (response.status != 200 || api == std::string::npos) return {};  // a login, an error
  return {request.url.substr(api + kApi.size()), response.body};
}

Privacy privacy(const PrivateSpot& spot, std::string_view /*value*/) {
  if (spot.member == "wifi_key") return Privacy::secret;
  if (spot.member == "serial") return Privacy::serial;
  if (spot.member == "model") return Privacy::product;
  return Privacy::open;
}

}  // namespace

constinit const DeviceKind kKind = {
    .name = "example",
    .default_url = "http://192.0.2.1",
    .default_pack = "example",
    .packs = &packs,
    .default_tls = http::TlsMode::first_use,
    .keys = kKeys,
    .read = &read,
    .open = &open,
    .verbs = kVerbs,
    .example_request = "page: status",
    .check = &check,
    .record = {.questions = &questions, .file = &file, .privacy = &privacy},
};

}  // namespace boxmeter::example
