#include "device/fritzbox/tr064/cache.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "device/fritzbox/address.h"
#include "device/fritzbox/options.h"
#include "device/fritzbox/xml.h"
#include "device/kept_file.h"

namespace boxmeter::fritzbox {
namespace {

using Json = nlohmann::json;

constexpr int kFormat = 1;  // of the file; a file of another format is not used

Json stored(const Service& service) {
  return {{"name", service.name},
          {"type", service.type},
          {"control", service.control_url},
          {"scpd", service.scpd_url}};
}

Json stored(const StateVariable& variable) {
  Json json = {{"name", variable.name}, {"type", variable.data_type}};
  if (!variable.default_value.empty()) json["default"] = variable.default_value;
  if (!variable.allowed_values.empty()) json["allowed"] = variable.allowed_values;
  if (variable.range)
    json["range"] = {variable.range->minimum, variable.range->maximum, variable.range->step};
  return json;
}

Json stored(const Scpd& scpd) {
  Json actions = Json::array(), variables = Json::array();
  for (const Action& action : scpd.actions) {
    Json arguments = Json::array();
    for (const Argument& argument : action.arguments)
      arguments.push_back({argument.name,
                           argument.direction == Argument::Direction::in ? "in" : "out",
                           argument.variable});
    actions.push_back({{"name", action.name}, {"arguments", std::move(arguments)}});
  }
  for (const StateVariable& variable : scpd.variables) variables.push_back(stored(variable));
  return {{"actions", std::move(actions)}, {"variables", std::move(variables)}};
}

Service to_service(const Json& json) {
  return {.name = json.at("name"),
          .type = json.at("type"),
          .control_url = json.at("control"),
          .scpd_url = json.at("scpd")};
}

StateVariable to_variable(const Json& json) {
  StateVariable variable{.name = json.at("name"),
                         .data_type = json.at("type"),
                         .default_value = json.value("default", ""),
                         .allowed_values = json.value("allowed", std::vector<std::string>())};
  if (const auto range = json.find("range"); range != json.end())
    variable.range = {.minimum = range->at(0), .maximum = range->at(1), .step = range->at(2)};
  return variable;
}

Scpd to_scpd(const Json& json) {
  Scpd scpd;
  for (const Json& action : json.at("actions")) {
    scpd.actions.push_back({.name = action.at("name")});
    for (const Json& argument : action.at("arguments"))
      scpd.actions.back().arguments.push_back(
          {.name = argument.at(0),
           .direction = argument.at(1) == "in" ? Argument::Direction::in : Argument::Direction::out,
           .variable = argument.at(2)});
  }
  for (const Json& variable : json.at("variables")) scpd.variables.push_back(to_variable(variable));
  return scpd;
}

CatalogPtr to_catalog(const Json& json) {
  if (json.at("format") != kFormat)
    throw Error(ErrorKind::protocol, "it is of another version of boxmeter");
  std::optional<Description> tr064, igd;
  if (json.at("has_igd")) igd.emplace();
  if (json.at("has_tr064"))
    tr064 = {.model = json.at("model"),
             .version = {.minor = json.at("minor"),
                         .patch = json.at("patch"),
                         .display = json.at("version"),
                         .hardware = json.at("hardware"),
                         .build = json.at("build")}};
  for (const Json& each : json.at("services")) {
    Service service = to_service(each);
    std::optional<Description>& owner = service.is_igd() ? igd : tr064;
    if (owner) owner->services.push_back(std::move(service));
  }
  CatalogPtr catalog = shared_catalog(std::move(tr064), std::move(igd));
  for (const auto& [url, scpd] : json.at("scpds").items()) catalog->keep(url, to_scpd(scpd));
  return catalog;
}

/// from_cache(), or the same catalog as for another box whose file has this hash: boxes of one
/// model and firmware have equal files.  Parses under the lock, one text at a time, since a parsed
/// text takes many times its bytes and a thousand boxes may start at once.
CatalogPtr shared_from_cache(std::string_view text, std::size_t hash) {
  static Guarded<std::map<std::size_t, std::weak_ptr<const Catalog>>> read;
  return read.with([&](auto& catalogs) {
    std::erase_if(catalogs, [](const auto& catalog) { return catalog.second.expired(); });
    if (const auto found = catalogs.find(hash); found != catalogs.end())
      if (CatalogPtr catalog = found->second.lock()) return catalog;
    CatalogPtr catalog = from_cache(text);
    catalogs[hash] = catalog;
    return catalog;
  });
}

}  // namespace

std::filesystem::path cache_file(const std::filesystem::path& folder, const std::string& host) {
  std::string name = host;
  std::ranges::replace_if(
      name, [](char c) { return c == '.' || c == ':' || c == '/' || c == '[' || c == ']'; }, '_');
  return folder / (name + ".json");
}

std::string to_cache(const Catalog& catalog) {
  const SystemVersion& version = catalog.version();
  Json services = Json::array(), scpds = Json::object();
  for (const Service& service : catalog.services()) services.push_back(stored(service));
  for (const auto& [url, scpd] : catalog.scpds()) scpds[url] = stored(*scpd);
  const Json json = {{"format", kFormat},
                     {"model", catalog.model()},
                     {"version", version.display},
                     {"minor", version.minor},
                     {"patch", version.patch},
                     {"hardware", version.hardware},
                     {"build", version.build},
                     {"has_tr064", catalog.has_tr064()},
                     {"has_igd", catalog.has_igd()},
                     {"services", std::move(services)},
                     {"scpds", std::move(scpds)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

CatalogPtr from_cache(std::string_view text) {
  try {
    return to_catalog(Json::parse(text));
  } catch (const Json::exception&) {
    throw Error(ErrorKind::protocol, "it is damaged");
  }
}

bool matches(const Catalog& catalog, std::string_view boxinfo) {
  try {
    const pugi::xml_document document = parse_xml(boxinfo);
    const pugi::xml_node info = document.document_element();
    const std::string version = text(child(info, "Version"));
    const SystemVersion& known = catalog.version();
    // "259.08.02-123456" is a FRITZ! Labor (beta) version with its build number.
    const bool is_version =
        version == known.display || version == known.display + "-" + known.build;
    return is_version && !version.empty() && text(child(info, "Name")) == catalog.model();
  } catch (const Error&) {
    return false;
  }
}

Cache::Cache(const DeviceConfig& config, http::Stop& stop)
    : device_(config.name),
      file_(own_options<Options>(config).api_cache),
      verify_(own_options<Options>(config).verify_api_cache),
      boxinfo_url_((own_options<Options>(config).web_url.empty()
                        ? web_url(config.url)
                        : own_options<Options>(config).web_url) +
                   "/jason_boxinfo.xml"),
      timeout_(config.timeout),
      tls_(web_tls(config.tls)),
      stop_(stop) {}

CatalogPtr Cache::load() {
  std::error_code none;
  if (file_.empty() || !valid_ || !std::filesystem::exists(file_, none)) return nullptr;
  try {
    std::string text = read_file(file_);
    const std::size_t hash = stable_hash(text);
    CatalogPtr catalog = shared_from_cache(text, hash);
    if (!is_current(*catalog)) return nullptr;
    written_ = hash;
    return catalog;
  } catch (const Error& error) {
    log_event(LogLevel::warn,
              "what the box can be asked is read anew, not from '" + file_.string() +
                  "': " + error.what(),
              {{"device", device_}});
    valid_ = false;
    return nullptr;
  }
}

/// If the box does not answer with its model and firmware, the cache counts as outdated.
bool Cache::is_current(const Catalog& catalog) {
  if (!verify_) return true;
  try {
    http::Client client({.timeout = timeout_, .tls = tls_}, stop_);
    const http::Response response = client.send({.url = boxinfo_url_});
    return response.status == 200 && matches(catalog, response.body);
  } catch (const Error& error) {
    if (stop_.stopped()) throw;
    log_event(LogLevel::debug, error.what(), {{"device", device_}});
    valid_ = false;  // do not try again: the port may be closed for good
    return false;
  }
}

void Cache::save(const Catalog& catalog) {
  if (file_.empty() || catalog.version().display.empty()) return;  // could not be verified
  const std::string text = to_cache(catalog);
  valid_ = true;
  if (const std::size_t hash = stable_hash(text); hash != written_) {
    written_ = hash;
    if (!keep_file(file_, text)) file_.clear();
  }
}

}  // namespace boxmeter::fritzbox
