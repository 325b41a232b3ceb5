#include "device/freebox/record.h"

#include <algorithm>

#include "base/text.h"
#include "device/freebox/freebox.h"
#include "device/freebox/json.h"
#include "device/freebox/secrets.h"
#include "metric/path.h"

namespace boxmeter::freebox {
namespace {

/// The reading paths of the API's documentation (versions 3 to 16), of pyfbx and of the box's own
/// web interface.  Left out: what hands out tokens, keys or recordings of voices (share_link,
/// login/, vpn/download_config, voicemail's audio), what reads disks that may sleep (fs/, dl/,
/// upload/), what the television shows, and consoles.
constexpr std::string_view kPaths[] = {"airmedia/config/",
                                       "airmedia/receivers/",
                                       "authorization/",
                                       "call/account",
                                       "call/log/",
                                       "call/voicemail/",
                                       "camera/",
                                       "connection/",
                                       "connection/aggregation",
                                       "connection/config/",
                                       "connection/ddns/dyndns/",
                                       "connection/ddns/dyndns/status/",
                                       "connection/ddns/noip/",
                                       "connection/ddns/noip/status/",
                                       "connection/ddns/ovh/",
                                       "connection/ddns/ovh/status/",
                                       "connection/ftth/",
                                       "connection/full/",
                                       "connection/ipv6/config/",
                                       "connection/logs/",
                                       "connection/lte/backup",
                                       "connection/lte/config/",
                                       "connection/xdsl/",
                                       "contact/",
                                       "contact/count",
                                       "dhcp/config/",
                                       "dhcp/dynamic_lease/",
                                       "dhcp/static_lease/",
                                       "dhcpv6/config/",
                                       "domain/config/",
                                       "downloads/",
                                       "downloads/config/",
                                       "downloads/feeds/",
                                       "downloads/stats",
                                       "freeplug/",
                                       "ftp/config/",
                                       "fw/dmz/",
                                       "fw/incoming/",
                                       "fw/redir/",
                                       "group/",
                                       "home/adapters",
                                       "home/links",
                                       "home/nodes",
                                       "home/secmod",
                                       "home/tileset/all",
                                       "lan/browser/interfaces/",
                                       "lan/browser/types/",
                                       "lan/config/",
                                       "lan/routes",
                                       "lang/",
                                       "lcd/config/",
                                       "ledstrip/status",
                                       "netshare/afp/",
                                       "netshare/samba/",
                                       "network_control",
                                       "notif/targets",
                                       "parental/config/",
                                       "parental/filter/",
                                       "phone/",
                                       "phone/config/",
                                       "phone/dect_vendors/",
                                       "player",
                                       "profile",
                                       "pvr/config/",
                                       "pvr/finished/",
                                       "pvr/media/",
                                       "pvr/programmed/",
                                       "pvr/quota/",
                                       "sessions/",
                                       "sfp/config/",
                                       "sfp/status",
                                       "standby/config/",
                                       "standby/status",
                                       "storage/config/",
                                       "storage/disk/",
                                       "storage/partition/",
                                       "storage/raid/",
                                       "switch/status/",
                                       "system/",
                                       "tftp/config/",
                                       "tv/status/",
                                       "update/",
                                       "upnpav/config/",
                                       "upnpigd/config/",
                                       "upnpigd/redir/",
                                       "vm/",
                                       "vm/distros/",
                                       "vm/info/",
                                       "vpn/",
                                       "vpn/connection/",
                                       "vpn/ip_pool/",
                                       "vpn/user/",
                                       "vpn_client/config/",
                                       "vpn_client/log",
                                       "vpn_client/status",
                                       "wifi/ap/",
                                       "wifi/bss/",
                                       "wifi/config/",
                                       "wifi/custom_keys/config/",
                                       "wifi/default",
                                       "wifi/diag",
                                       "wifi/mac_filter/",
                                       "wifi/planning/",
                                       "wifi/state/",
                                       "wifi/steering/config/",
                                       "wifi/temp_disable",
                                       "wifi/wps/candidates/",
                                       "wifi/wps/config/",
                                       "wifi/wps/sessions/"};

/// A path to ask for each member of a list; {} stands for the value of `member` in it.
struct OfEach {
  std::string_view list;
  std::string_view member;
  std::string_view path;
};
constexpr OfEach kOfEach[] = {
    {"downloads/", "id", "downloads/{}/log"},
    {"downloads/", "id", "downloads/{}/trackers"},
    {"downloads/", "id", "downloads/{}/peers"},
    {"downloads/", "id", "downloads/{}/files"},
    {"downloads/feeds/", "id", "downloads/feeds/{}/items/"},
    {"freeplug/", "id", "freeplug/{}/"},
    {"home/nodes", "id", "home/nodes/{}/rules"},
    {"lan/browser/interfaces/", "name", "lan/browser/{}/"},
    {"network_control", "profile_id", "network_control/{}/rules"},
    {"player", "id", "player/{}/api/v6/status/"},
    {"player", "id", "player/{}/api/v6/control/volume/"},
    {"switch/status/", "id", "switch/port/{}"},
    {"switch/status/", "id", "switch/port/{}/stats"},
    {"vpn/", "name", "vpn/{}/config/"},
    {"wifi/ap/", "id", "wifi/ap/{}/stations/"},
    {"wifi/ap/", "id", "wifi/ap/{}/neighbors/"},
    {"wifi/ap/", "id", "wifi/ap/{}/channel_usage/"},
    {"wifi/ap/", "id", "wifi/ap/{}/allowed_channel_comb"},
    {"wifi/ap/", "id", "wifi/ap/{}/default"},
    {"wifi/bss/", "id", "wifi/bss/{}/default"},
};

/// "wifi/ap/" is "get/wifi_ap.json".
std::string file_of(std::string_view path) {
  std::string name(path.ends_with('/') ? path.substr(0, path.size() - 1) : path);
  std::ranges::replace(name, '/', '_');
  return "get/" + name + ".json";
}

/// The names or ids of the members of a recorded list.
std::vector<std::string> members(const Recorded& recorded, const OfEach& each) {
  std::vector<std::string> names;
  const auto found = recorded.find(file_of(each.list));
  if (found == recorded.end()) return names;
  const Reply answer = parse_json(found->second);
  const auto list = answer.find("result");
  if (list == answer.end() || !list->is_array()) return names;
  for (const Reply& member : *list)
    if (member.is_object() && member.contains(each.member))
      names.push_back(text_of(member[std::string(each.member)]));
  return names;
}

/// The path below the API's root, of any version; empty if the URL is not below it.
std::string_view api_path(std::string_view url) {
  const auto scheme = url.find("://"), start = url.find("/v", scheme + 3);
  if (scheme == std::string_view::npos || start == std::string_view::npos) return {};
  const auto end = url.find('/', start + 1);
  return end == std::string_view::npos ? std::string_view() : url.substr(end + 1);
}

constexpr std::string_view kSurvey = "/channel_survey_history/";

/// "get/rrd_net.json".  The name of the database is in the body of a POST, or in the query of a GET
/// (used without the permission to POST).  Packs ask for different fields of one database: the
/// values of one moment are merged.
std::pair<std::string, std::string> history_file(const Recorded& recorded,
                                                 const http::Request& request,
                                                 const std::string& body) {
  const auto member = [](const Reply& object, const char* name) {
    return object.is_object() && object.contains(name) ? object.at(name) : Reply();
  };
  const Reply named = member(Reply::parse(request.body, nullptr, /*allow_exceptions=*/false), "db");
  std::string db = named.is_string() ? named.get<std::string>() : "";
  const auto parameter = request.url.find("db=");
  if (db.empty() && parameter != std::string::npos)
    db = request.url.substr(parameter + 3, request.url.find('&', parameter) - parameter - 3);
  Reply answer = Reply::parse(body, nullptr, /*allow_exceptions=*/false);
  if (member(answer, "success") != true) return {};
  const std::string file = "get/rrd_" + db + ".json";
  const Reply::json_pointer rows("/result/data");
  if (const auto before = recorded.find(file); before != recorded.end()) {
    const Reply old = Reply::parse(before->second);
    if (!answer.contains(rows) || !answer[rows].is_array() || answer[rows].empty() ||
        !old.contains(rows) || !old[rows].is_array())
      return {file, before->second};
    for (std::size_t i = 0; i < std::min(old[rows].size(), answer[rows].size()); ++i)
      if (answer[rows][i].is_object() && old[rows][i].is_object())
        answer[rows][i].update(old[rows][i]);
  }
  return {file, answer.dump(1, ' ', false, Reply::error_handler_t::replace)};
}

struct MemberPrivacy {
  std::string_view member;
  Privacy privacy;
};
constexpr MemberPrivacy kMembers[] = {
    {"address", Privacy::name},        {"api_base_url", Privacy::product},
    {"api_domain", Privacy::domain},   {"api_version", Privacy::product},
    {"box_model", Privacy::product},   {"bundle", Privacy::serial},
    {"device_type", Privacy::product}, {"error_code", Privacy::product},
    {"model", Privacy::product},       {"firmware_version", Privacy::product},
    {"board_name", Privacy::product},  {"serialnumber", Privacy::serial},
    {"sfp_serial", Privacy::serial},   {"net_id", Privacy::serial},
    {"app_name", Privacy::name},       {"box_model_name", Privacy::product},
    {"called_number", Privacy::phone}, {"city", Privacy::name},
    {"comment", Privacy::name},        {"company", Privacy::name},
    {"country", Privacy::product},     {"description", Privacy::name},
    {"device_name", Privacy::host},    {"display_name", Privacy::name},
    {"domain", Privacy::domain},       {"first_name", Privacy::name},
    {"host", Privacy::host},           {"hostname", Privacy::host},
    {"info_hash", Privacy::serial},    {"label", Privacy::name},
    {"last_name", Privacy::name},      {"logs", Privacy::text},
    {"netbios_name", Privacy::host},   {"notes", Privacy::text},
    {"number", Privacy::phone},        {"numbers", Privacy::phone},
    {"path", Privacy::serial},         {"phone_number", Privacy::phone},
    {"pretty_name", Privacy::product}, {"primary_name", Privacy::host},
    {"serial", Privacy::serial},       {"sn", Privacy::serial},
    {"ssid", Privacy::network},        {"street", Privacy::name},
    {"uid", Privacy::serial},          {"user", Privacy::user},
    {"username", Privacy::user},       {"login", Privacy::user},
    {"volume_name", Privacy::name},    {"workgroup", Privacy::name},
    {"zipcode", Privacy::name},
};

/// Files in which `name`, `label` and `description` are Free's words, not the user's.
constexpr std::string_view kOwnWords[] = {"get/connection",
                                          "get/lan_browser_interfaces",
                                          "get/lan_browser_types",
                                          "get/lang",
                                          "get/phone_dect",
                                          "get/storage_raid",
                                          "get/switch_",
                                          "get/system",
                                          "get/tv_",
                                          "get/update",
                                          "get/vm_distros",
                                          "get/vpn.json",
                                          "get/vpn_ip_pool",
                                          "get/wifi_ap",
                                          "api_version"};

bool is_own_word(const PrivateSpot& spot) {
  const bool is_endpoint = spot.parent == "show_endpoints" || spot.parent == "endpoints";
  if (spot.file.starts_with("get/home") && is_endpoint && spot.member != "value")
    return spot.member == "name" || spot.member == "category" || spot.member == "label";
  if (spot.member != "name" && spot.member != "label" && spot.member != "description") return false;
  return std::ranges::any_of(kOwnWords,
                             [&](std::string_view start) { return spot.file.starts_with(start); });
}

bool is_code(std::string_view value) {
  return value.size() >= 4 && value.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

std::vector<Question> questions(const std::string& url, const Recorded& recorded) {
  std::vector<Question> all;
  all.push_back({.page = url + "/api_version"});
  const auto add = [&](std::string path) {
    all.push_back({.request = {.verb = "get", .target = std::move(path)}});
  };
  for (const std::string_view path : kPaths) add(std::string(path));
  for (const OfEach& each : kOfEach)
    for (const std::string& name : members(recorded, each)) {
      const auto at = each.path.find("{}");
      add(std::string(each.path.substr(0, at)) + name + std::string(each.path.substr(at + 2)));
    }
  return all;
}

std::pair<std::string, std::string> recording_file(const Recorded& recorded,
                                                   const http::Request& request,
                                                   const http::Response& response) {
  const std::string_view url = request.url;
  if (response.status != 200) return {};
  if (url.ends_with("/api_version")) return {"api_version.json", response.body};
  const std::string_view path = api_path(url);
  if (path.starts_with("rrd/")) return history_file(recorded, request, response.body);
  const bool is_login = path == "login" || path.starts_with("login/");
  if (request.method != http::Method::get || path.empty() || is_login ||
      path.find('?') != std::string_view::npos)
    return {};
  // The last step is the time that the history begins at, which differs from request to request.
  if (path.find(kSurvey) != std::string_view::npos)
    return {file_of(path.substr(0, path.rfind('/'))), response.body};
  return {file_of(path), response.body};
}

Privacy privacy(const PrivateSpot& spot, std::string_view value) {
  if (is_own_word(spot)) return Privacy::product;
  const std::string member = lower(spot.member);
  // Home automation says {"name": "pin", "value": "1234"}; other numbers of that length are rare in
  // it.
  if (member == "value" && spot.file.starts_with("get/home") && is_code(value))
    return Privacy::serial;
  if (member == "name") return spot.parent == "names" ? Privacy::host : Privacy::name;
  const auto* known = std::ranges::find(kMembers, member, &MemberPrivacy::member);
  if (known != std::end(kMembers)) return known->privacy;
  return is_secret(member) ? Privacy::secret : Privacy::open;
}

}  // namespace boxmeter::freebox
