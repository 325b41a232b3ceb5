#include "sim/fritzbox_script.h"

#include <algorithm>

#include "base/error.h"
#include "base/number.h"
#include "base/text.h"
#include "sim/json.h"
#include "sim/soap.h"

namespace boxmeter::sim {
namespace {

constexpr ListAction kLists[] = {
    {"X_AVM-DE_GetHostListPath", "NewX_AVM-DE_HostListPath", "/devicehostlist.lua",
     "lists/devicehostlist.xml"},
    {"X_AVM-DE_GetMeshListPath", "NewX_AVM-DE_MeshListPath", "/meshlist.lua",
     "lists/meshlist.json"},
    {"X_AVM-DE_GetWLANDeviceListPath", "NewX_AVM-DE_WLANDeviceListPath", "/wlandevicelist.lua",
     "lists/wlandevicelist.xml"},
    {"X_AVM-DE_GetDeviceLogPath", "NewDeviceLogPath", "/devicelog.lua", "lists/devicelog.xml"},
    {"GetDectListPath", "NewDectListPath", "/dectlist.lua", "lists/dectlist.xml"},
    {"GetFilelinkListPath", "NewFilelinkListPath", "/filelinklist.lua", "lists/filelinklist.xml"},
    {"GetCallList", "NewCallListURL", "/calllist.lua", "lists/calllist.xml", /*absolute=*/true},
    {"GetPhonebook", "NewPhonebookURL", "/phonebook.lua", "lists/phonebook.xml", /*absolute=*/true},
    {"GetMessageList", "NewURL", "/tamcalllist.lua", "lists/tamcalllist.xml", /*absolute=*/true},
};

/// The parts of "soap/Hosts1.GetGenericHostEntry.NewIndex=0.xml".
struct SoapFile {
  std::string service;
  std::string action;
  std::string argument;  // "NewIndex=0" or empty
};

std::optional<SoapFile> soap_file(std::string_view path) {
  constexpr std::string_view kFolder = "soap/", kEnd = ".xml";
  if (!path.starts_with(kFolder) || !path.ends_with(kEnd)) return std::nullopt;
  path = path.substr(kFolder.size(), path.size() - kFolder.size() - kEnd.size());
  const auto first = path.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = std::min(path.find('.', first + 1), path.size());
  return SoapFile{.service = std::string(path.substr(0, first)),
                  .action = std::string(path.substr(first + 1, second - first - 1)),
                  .argument = std::string(path.substr(std::min(second + 1, path.size())))};
}

/// A UPnP type that fits a recorded value.  Boxes declare 64-bit numbers as "string".
std::string type_of(std::string_view value) {
  const auto number = parse_integer<std::int64_t>(value);
  const bool whole = number && value == std::to_string(*number);
  if (!whole || *number > 4'294'967'295 || *number < -2'147'483'648) return "string";
  return *number < 0 ? "i4" : "ui4";
}

/// The elements of a recorded reply, as arguments.  Throws Error{config} if it is not XML.
std::vector<Argument> recorded_arguments(const std::string& path, std::string_view text) {
  std::vector<Argument> arguments;
  for (auto& [name, value] : within(path, [&] { return read_reply(text); }))
    arguments.push_back({.name = std::move(name), .type = type_of(value)});
  return arguments;
}

WanRates wan_rates(const Recording& recording) {
  WanRates rates;
  const std::string* infos = recording.find("soap/WANCommonIFC1.GetAddonInfos.xml");
  if (!infos) return rates;
  const auto read = [&](std::string_view element, double& rate) {
    const auto text = element_text(*infos, element);
    const auto recorded = text ? parse_double(*text) : std::nullopt;
    if (recorded && *recorded > 0) rate = *recorded;
  };
  read("NewByteSendRate", rates.send);
  read("NewByteReceiveRate", rates.receive);
  return rates;
}

/// The services of both descriptions.  A service that has recorded replies but is not described (in
/// recordings made of several boxes) is added to tr64desc.xml, or no client would find it.
std::vector<Service> all_services(const Recording& recording, std::string& tr64desc) {
  std::vector<Service> services;
  for (const std::string* text : {recording.find("igddesc.xml"), recording.find("tr64desc.xml")})
    if (text) std::ranges::copy(read_services(*text), std::back_inserter(services));
  for (const auto& [path, text] : recording.files) {
    const auto file = soap_file(path);
    if (!file || std::ranges::find(services, file->service, &Service::name) != services.end())
      continue;
    const auto at = text.find("urn:"), end = text.find('"', std::min(at, text.size()));
    if (end == std::string::npos) throw Error(ErrorKind::config, "'" + path + "' names no service");
    const std::string url = lower(file->service);
    services.push_back({.name = file->service,
                        .type = text.substr(at, end - at),
                        .control_url = "/upnp/control/" + url,
                        .scpd_url = "/" + url + "SCPD.xml"});
    tr64desc = with_service(std::move(tr64desc), services.back());
  }
  return services;
}

void add_recorded(FritzboxScript& script, const Recording& recording) {
  const WanRates rates = wan_rates(recording);
  for (const auto& [path, text] : recording.files) {
    const auto file = soap_file(path);
    if (!file) continue;
    for (auto& [url, service] : script.services) {
      if (service.service.name != file->service) continue;
      ActionScript& action = service.actions[file->action];
      MovingText reply = MovingText::of_soap(text, rates);
      if (!action.described) action.arguments = recorded_arguments(path, text);
      // Clients check arguments against the SCPD, so a made-up SCPD must declare this one.
      if (!action.described && !file->argument.empty())
        action.arguments.insert(action.arguments.begin(),
                                {.name = file->argument.substr(0, file->argument.find('=')),
                                 .in = true,
                                 .type = "ui4"});
      if (file->argument.empty())
        action.reply = std::move(reply);
      else
        action.replies.emplace(file->argument, std::move(reply));
    }
  }
}

void add_described(FritzboxScript& script, const Recording& recording) {
  for (auto& [url, service] : script.services) {
    const std::string& path = service.service.scpd_url;
    const std::string* scpd = path.empty() ? nullptr : recording.find(path.substr(1));
    if (!scpd) continue;
    for (Action& action : within(path, [&] { return read_actions(*scpd); }))
      service.actions[action.name] = {.described = true, .arguments = std::move(action.arguments)};
  }
}

void add_lists(FritzboxScript& script, const Recording& recording) {
  for (const ListAction& list : kLists)
    if (const std::string* text = recording.find(list.file))
      script.lists[std::string(list.page)] = {
          .text = std::make_shared<const std::string>(*text),
          .content_type = std::string(list.file.ends_with(".json") ? kJsonType : kSoapType)};
  for (auto& [url, service] : script.services)
    for (auto& [name, action] : service.actions) {
      const ListAction* list = find_list_action(name);
      if (list && (recording.find(list->file) || action.reply)) action.list = list;
    }
}

void add_page(FritzboxScript& script, const std::string& path, std::string text) {
  script.pages[path] = {.text = std::make_shared<const std::string>(std::move(text)),
                        .content_type = std::string(kSoapType)};
}

void add_pages(FritzboxScript& script, const Recording& recording, const std::string& tr64desc) {
  for (const auto& [path, text] : recording.files)
    if (path.find('/') == std::string::npos) add_page(script, "/" + path, text);
  if (tr64desc.empty()) return;
  add_page(script, "/tr64desc.xml", tr64desc);
  if (!recording.find("jason_boxinfo.xml"))
    add_page(script, "/jason_boxinfo.xml", boxinfo_of(tr64desc));
  // Clients such as fritzconnection read every SCPD before the first call.
  for (const auto& [url, service] : script.services) {
    if (service.service.scpd_url.empty() || script.pages.contains(service.service.scpd_url))
      continue;
    std::vector<Action> actions;
    for (const auto& [name, action] : service.actions)
      actions.push_back({.name = name, .arguments = action.arguments});
    std::ranges::sort(actions, {}, &Action::name);
    add_page(script, service.service.scpd_url, write_scpd(actions));
  }
}

std::string connection_service(const Recording& recording) {
  for (const char* name : {"WANPPPConnection", "WANIPConnection"})
    for (const auto& [path, text] : recording.files)
      if (path.starts_with("soap/" + std::string(name) + "1."))
        return "1." + std::string(name) + ".1";
  return "1.WANPPPConnection.1";
}

}  // namespace

const ListAction* find_list_action(std::string_view action) {
  const auto* found = std::ranges::find(kLists, action, &ListAction::action);
  return found == std::end(kLists) ? nullptr : found;
}

std::string_view ActionScript::index() const {
  for (const Argument& argument : arguments)
    if (argument.in && argument.name.ends_with("Index")) return argument.name;
  return {};
}

FritzboxScript read_fritzbox(const Recording& recording) {
  return within(recording.folder.string(), [&] {
    FritzboxScript script;
    const std::string* recorded = recording.find("tr64desc.xml");
    std::string tr64desc = recorded ? *recorded : "";
    for (Service& service : all_services(recording, tr64desc)) {
      std::string url = service.control_url;
      script.services[std::move(url)] = {.service = std::move(service)};
    }
    add_described(script, recording);
    add_recorded(script, recording);
    add_lists(script, recording);
    add_pages(script, recording, tr64desc);
    script.connection_service = connection_service(recording);
    script.web = read_web(recording);
    return script;
  });
}

}  // namespace boxmeter::sim
