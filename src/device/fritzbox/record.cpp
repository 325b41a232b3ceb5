#include "device/fritzbox/record.h"

#include <algorithm>
#include <optional>
#include <set>

#include "base/text.h"
#include "device/answered_by.h"
#include "device/fritzbox/address.h"
#include "device/fritzbox/secrets.h"
#include "device/fritzbox/tr064/description.h"
#include "device/fritzbox/tr064/scpd.h"
#include "device/fritzbox/tr064/target.h"
#include "device/fritzbox/web/pages.h"
#include "device/fritzbox/xml.h"

namespace boxmeter::fritzbox {
namespace {

constexpr unsigned kMostEntries = 512;  // of one table

const std::string* find(const Recorded& recorded, std::string_view path) {
  const auto found = recorded.find(path);
  return found == recorded.end() ? nullptr : &found->second;
}

/// The services of both descriptions, as far as they were recorded and can be read.
std::vector<Service> services(const Recorded& recorded) {
  std::vector<Service> all;
  for (const char* name : {"tr64desc.xml", "igddesc.xml"})
    if (const std::string* page = find(recorded, name)) try {
        for (Service& service : parse_description(*page).services)
          all.push_back(std::move(service));
      } catch (const Error&) {
      }
  return all;
}

/// Whether an action answers with the path of a document (AVM's X_hosts, X_contact, deviceinfo).
bool is_list(std::string_view action) {
  return action.ends_with("ListPath") || action.ends_with("LogPath") || action == "GetCallList";
}

std::vector<const Argument*> inputs(const Action& action) {
  std::vector<const Argument*> found;
  for (const Argument& argument : action.arguments)
    if (argument.direction == Argument::Direction::in) found.push_back(&argument);
  return found;
}

/// Actions that are asked for the entry 0 only, which every box has that has any (AVM's X_contact,
/// X_tam).
constexpr std::pair<std::string_view, std::string_view> kFirst[] = {
    {"GetPhonebook", "NewPhonebookID"}, {"GetMessageList", "NewIndex"}};

/// Nothing for an action that needs other arguments than an index.
std::optional<Request> request_for(const Service& service, const Action& action) {
  Request request{.verb = is_list(action.name) ? "list" : "tr064",
                  .target = service.name + "." + action.name};
  for (const auto& [name, argument] : kFirst)
    if (name == action.name)
      return Request{
          .verb = "list", .target = request.target, .args = {{std::string(argument), "0"}}};
  const auto arguments = inputs(action);
  if (arguments.empty()) return request;
  const bool counts = arguments.size() == 1 && arguments[0]->name.ends_with("Index");
  if (!counts || is_list(action.name)) return {};
  request.repeat = Request::Repeat{.index = arguments[0]->name, .limit = kMostEntries};
  return request;
}

void add_actions(const Service& service, const std::string& scpd,
                 std::vector<Question>& questions) {
  try {
    for (const Action& action : parse_scpd(scpd).actions)
      if (is_reading(action.name))
        if (auto request = request_for(service, action))
          questions.push_back({.request = *std::move(request)});
  } catch (const Error&) {  // boxes list services whose SCPD they do not have
  }
}

/// Pages of data.lua about the box itself.  The others (hosts, calls, the log) are about people, in
/// members that nobody has documented; the same is in the documents of TR-064.
constexpr std::string_view kPages[] = {"docInfo",    "docOv",    "dslOv",         "dslStat",
                                       "ecoStat",    "energy",   "usbOv",         "fiberFiber",
                                       "fiberStats", "shareVpn", "shareWireguard"};
constexpr std::string_view kCommands[] = {"getdevicelistinfos", "gettemplatelistinfos",
                                          "gettriggerlistinfos", "getcolordefaults"};

constexpr std::string_view kQuery = "/query.lua?";
constexpr std::string_view kVariables[] = {"cpu:status/StatTemperature",
                                           "inetstat:status/Today/BytesSentHigh",
                                           "inetstat:status/Today/BytesSentLow",
                                           "inetstat:status/Today/BytesReceivedHigh",
                                           "inetstat:status/Today/BytesReceivedLow",
                                           "inetstat:status/Yesterday/BytesSentHigh",
                                           "inetstat:status/Yesterday/BytesSentLow",
                                           "inetstat:status/Yesterday/BytesReceivedHigh",
                                           "inetstat:status/Yesterday/BytesReceivedLow",
                                           "inetstat:status/ThisWeek/BytesSentHigh",
                                           "inetstat:status/ThisWeek/BytesSentLow",
                                           "inetstat:status/ThisWeek/BytesReceivedHigh",
                                           "inetstat:status/ThisWeek/BytesReceivedLow",
                                           "inetstat:status/ThisMonth/BytesSentHigh",
                                           "inetstat:status/ThisMonth/BytesSentLow",
                                           "inetstat:status/ThisMonth/BytesReceivedHigh",
                                           "inetstat:status/ThisMonth/BytesReceivedLow",
                                           "inetstat:status/LastMonth/BytesSentHigh",
                                           "inetstat:status/LastMonth/BytesSentLow",
                                           "inetstat:status/LastMonth/BytesReceivedHigh",
                                           "inetstat:status/LastMonth/BytesReceivedLow"};

/// query.json, with the variables of this answer of query.lua added; they have the names v0, v1,
/// ... that add_web() gave them.
std::string with_variables(const Recorded& recorded, const std::string& body) {
  const std::string* before = find(recorded, "query.json");
  Reply all = before != nullptr ? Reply::parse(*before) : Reply::object();
  const Reply answer = Reply::parse(body, nullptr, /*allow_exceptions=*/false);
  for (std::size_t i = 0; i < std::size(kVariables); ++i)
    if (answer.is_object() && answer.contains("v" + std::to_string(i)))
      all[std::string(kVariables[i])] = answer["v" + std::to_string(i)];
  return all.dump(1, ' ', false, Reply::error_handler_t::replace);
}

void add_web(const Recorded& recorded, std::vector<Question>& questions) {
  for (const std::string_view command : kCommands)
    questions.push_back({.request = {.verb = "aha", .target = std::string(command)}});
  for (const std::string_view page : kPages)
    questions.push_back({.request = {.verb = "lua", .target = std::string(page)}});
  Request query{.verb = "lua", .target = "query"};
  for (std::size_t i = 0; i < std::size(kVariables); ++i)
    query.args["v" + std::to_string(i)] = kVariables[i];
  questions.push_back({.request = std::move(query)});
  questions.push_back({.request = {.verb = "rest", .target = "smarthome/overview"}});
  const std::string* list = find(recorded, "aha/getdevicelistinfos.xml");
  if (list == nullptr) return;
  const pugi::xml_document devices = parse_xml(*list);
  for (const pugi::xml_node& device : devices.document_element())
    questions.push_back({.request = {.verb = "aha",
                                     .target = "getbasicdevicestats",
                                     .args = {{"ain", device.attribute("identifier").value()}}}});
}

std::string parameter(std::string_view query, std::string_view name) {
  for (const std::string_view part : split(query, '&'))
    if (part.starts_with(name) && part.substr(name.size()).starts_with('='))
      return std::string(part.substr(name.size() + 1));
  return "";
}

/// "aha/getbasicdevicestats.ain=116570000001.xml", "data/energy.json",
/// "rest/smarthome/overview.json"; empty for what is no page of the web server.
std::string web_path(std::string_view path, const http::Request& request, const std::string& body) {
  constexpr std::string_view kAha = "/webservices/homeautoswitch.lua?", kRest = "/api/v0/";
  if (path.starts_with(kAha)) {
    const std::string_view query = path.substr(kAha.size());
    const std::string ain = parameter(query, "ain");
    return "aha/" + parameter(query, "switchcmd") + (ain.empty() ? "" : ".ain=" + ain) + ".xml";
  }
  if (path.starts_with(kRest))
    return "rest/" + std::string(path.substr(kRest.size(), path.find('?') - kRest.size())) +
           ".json";
  if (path != "/data.lua") return "";
  const std::string page = parameter(request.body, "page");
  try {
    parse_page(page, body);
  } catch (const Error&) {  // another page, or none: this firmware does not have it
    return "";
  }
  return "data/" + page + ".json";
}

std::string request_header(const http::Request& request, std::string_view name) {
  for (const auto& [key, value] : request.headers)
    if (equal_ignoring_case(key, name)) return value;
  return "";
}

/// ".NewIndex=0" for a call with arguments, the first of which is what distinguishes replies.
std::string argument_in(const std::string& body) {
  const pugi::xml_document document = parse_xml(body);
  const pugi::xml_node call = child(document.document_element(), "Body").first_child();
  const pugi::xml_node argument = call.first_child();
  return argument ? "." + std::string(local_name(argument)) + "=" + text(argument) : "";
}

std::string soap_path(const Recorded& recorded, const http::Request& request,
                      std::string_view path) {
  const std::string header = request_header(request, "soapaction");
  const auto hash = header.find('#');
  if (hash == std::string::npos) return "";
  for (const Service& service : services(recorded))
    if (path_of(service.control_url) == path) {
      return "soap/" + service.name + "." + header.substr(hash + 1) + argument_in(request.body) +
             ".xml";
    }
  return "";
}

/// "/devicehostlist.lua?sid=..." is "lists/devicehostlist.xml".
std::string page_path(std::string_view path, std::string_view body) {
  constexpr std::string_view kLua = ".lua";
  const std::string_view name = path.substr(1, path.find('?') - 1);
  if (is_html(body)) return "";
  if (name.ends_with(".xml") && name.size() + 1 == path.size()) return std::string(name);
  if (!name.ends_with(kLua) || path.find("sid=") == std::string_view::npos) return "";
  const bool is_json = trim(body).starts_with('{');
  return "lists/" + std::string(name.substr(0, name.size() - kLua.size())) +
         (is_json ? ".json" : ".xml");
}

struct MemberPrivacy {
  std::string_view member;  // without "New" and "X_AVM-DE_", in lower case
  Privacy privacy;
};
constexpr MemberPrivacy kMembers[] = {
    {"ain", Privacy::serial},
    {"called", Privacy::phone},
    {"callednumber", Privacy::phone},
    {"caller", Privacy::phone},
    {"callernumber", Privacy::phone},
    {"device", Privacy::name},  // of a call: the handset
    {"device_friendly_name", Privacy::host},
    {"device_model", Privacy::product},
    {"device_name", Privacy::host},
    {"deviceid", Privacy::serial},
    {"devicelog", Privacy::text},
    {"devicename", Privacy::host},
    {"domain", Privacy::domain},
    {"dyndnsname", Privacy::domain},
    {"friendlyname", Privacy::host},
    {"hostname", Privacy::host},
    {"identifier", Privacy::serial},
    {"modelname", Privacy::product},
    {"model", Privacy::product},
    {"msg", Privacy::text},
    {"name", Privacy::name},
    {"number", Privacy::phone},
    {"phonebookname", Privacy::name},
    {"phonenumber", Privacy::phone},
    {"portmappingdescription", Privacy::name},
    {"productclass", Privacy::product},
    {"productname", Privacy::product},
    {"provisioningcode", Privacy::serial},
    {"realname", Privacy::name},
    {"serial", Privacy::serial},
    {"serialnumber", Privacy::serial},
    {"sharename", Privacy::name},
    {"ssid", Privacy::network},
    {"username", Privacy::user},
    {"voipusername", Privacy::phone},
    {"voipnumber", Privacy::phone},
    {"workgroup", Privacy::name},
};

/// Whether the value is a word of AVM's: the name of an interface or a service.
bool is_vocabulary(const PrivateSpot& spot) {
  if (spot.member == "name" && (spot.parent == "drain" || spot.parent == "lan")) return true;
  return spot.file.ends_with("SCPD.xml") || spot.file.ends_with("desc.xml")
             ? spot.member == "name"
             : spot.member == "name" && spot.parent == "node_interfaces";
}

/// Whether the value is the same for all boxes of a model (descriptions), or a path that a client
/// needs to find a document.
bool is_described(const PrivateSpot& spot, std::string_view value) {
  if (spot.file.ends_with("SCPD.xml") || spot.file.ends_with("desc.xml")) return true;
  return value.starts_with('/') && (spot.member.ends_with("Path") || spot.member.ends_with("URL"));
}

}  // namespace

std::vector<Question> questions(const std::string& url, const Recorded& recorded) {
  std::vector<Question> all;
  for (const char* page : {"/tr64desc.xml", "/igddesc.xml"}) all.push_back({.page = url + page});
  all.push_back({.page = web_url(url) + "/jason_boxinfo.xml"});
  std::set<std::string> described;
  for (const Service& service : services(recorded)) {
    if (service.scpd_url.empty()) continue;
    if (described.insert(service.scpd_url).second) all.push_back({.page = url + service.scpd_url});
    if (const std::string* scpd = find(recorded, service.scpd_url.substr(1)))
      add_actions(service, *scpd, all);
  }
  // Last, since the login at the web server may fail where TR-064 works.
  const auto soap = recorded.lower_bound("soap/");
  if (soap != recorded.end() && soap->first.starts_with("soap/")) add_web(recorded, all);
  return all;
}

std::pair<std::string, std::string> recording_file(const Recorded& recorded,
                                                   const http::Request& request,
                                                   const http::Response& response) {
  if (response.status != 200) return {};
  const std::string path = path_of(request.url);
  if (path.starts_with(kQuery)) return {"query.json", with_variables(recorded, response.body)};
  std::string file = web_path(path, request, response.body);
  if (file.empty())
    file = request.method == http::Method::post ? soap_path(recorded, request, path)
                                                : page_path(path, response.body);
  return {file, response.body};
}

Privacy privacy(const PrivateSpot& spot, std::string_view value) {
  if (is_vocabulary(spot) || equal_ignoring_case(value, "fritz.box")) return Privacy::product;
  const std::string name = lower(bare_name(spot.member));
  const auto* known = std::ranges::find(kMembers, name, &MemberPrivacy::member);
  if (known != std::end(kMembers)) return known->privacy;
  // In the mesh a uid is a number that the box generated.
  if (spot.file.starts_with("rest/") && (name.ends_with("uid") || name.ends_with("uids")))
    return Privacy::serial;
  if (is_secret(spot.member)) return Privacy::secret;
  return is_described(spot, value) ? Privacy::product : Privacy::open;
}

}  // namespace boxmeter::fritzbox
