// boxmeter fritz hosts, wlan, wol: lists and wakes the hosts of the network.
#include <functional>
#include <iostream>

#include "app/fritz/show.h"
#include "app/fritz/subcommand.h"
#include "base/unicode.h"

namespace boxmeter::fritz {
namespace {

using fritzbox::Box;

struct NetworkOptions {
  BoxOptions box = {};
  bool json = false;
  unsigned service = 0;  // 0: all
};

constexpr Column kHosts[] = {{"n", "n"},     {"ip", "ip"},         {"name", "name"},
                             {"mac", "mac"}, {"active", "active"}, {"interface", "interface"}};

OrderedJson host(std::size_t number, const Reply& entry, const std::string& prefix) {
  const std::string active = text(entry, (prefix + "Active").c_str());
  return {{"n", number},
          {"ip", text(entry, (prefix + "IPAddress").c_str())},
          {"name", text(entry, (prefix + "HostName").c_str())},
          {"mac", text(entry, (prefix + "MACAddress").c_str())},
          {"active", active == "1" || active == "true"},
          {"interface", text(entry, (prefix + "InterfaceType").c_str())}};
}

/// Reads the host list; repeaters and old boxes, which have none, are asked host by host.
Reply host_entries(Box& box, std::string& prefix) {
  try {
    return elements(box.call(make_request("list", "Hosts1.X_AVM-DE_GetHostListPath")), "Item");
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::refused && error.kind() != ErrorKind::protocol) throw;
  }
  prefix = "New";
  return box.call(table_request("Hosts1.GetGenericHostEntry", "NewIndex"));
}

int show_hosts(Box& box, bool json) {
  std::string prefix;
  OrderedJson rows = OrderedJson::array();
  for (const Reply& entry : host_entries(box, prefix))
    rows.push_back(host(rows.size() + 1, entry, prefix));
  if (json)
    print_json(rows);
  else
    std::cout << rows_table(rows, kHosts);
  return 0;
}

constexpr Column kStations[] = {{"index", "index"}, {"active", "active"}, {"mac", "mac"},
                                {"ip", "ip"},       {"signal", "signal"}, {"speed", "speed"}};

/// `prefix` is "New" for the answer of an action, and empty for the list.
OrderedJson station(std::size_t index, const Reply& entry, const std::string& prefix) {
  const auto value = [&](const std::string& key) {
    return entry.contains(key) ? OrderedJson(entry[key]) : OrderedJson();
  };
  return {{"index", index},
          {"active", value(prefix + "AssociatedDeviceAuthState")},
          {"mac", value(prefix + "AssociatedDeviceMACAddress")},
          {"ip", value(prefix + "AssociatedDeviceIPAddress")},
          {"signal", value(prefix + "X_AVM-DE_SignalStrength")},
          {"speed", value(prefix + "X_AVM-DE_Speed")}};
}

/// "1" if the radio is for guests, "0" if not, "" if the box does not say.
std::string is_for_guests(Box& box, const std::string& service) {
  try {
    const Reply more = box.call(make_request("tr064", service + ".X_AVM-DE_GetWLANExtInfo"));
    const std::string kind = text(more, "NewX_AVM-DE_APType");
    return kind.empty() ? "" : kind == "guest" ? "1" : "0";
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::refused) throw;
    return "";
  }
}

/// The list has the stations of all radios.  Those of this radio are found by its channel, and by
/// the flag for guests, since the guest network uses the channel of another radio.
OrderedJson listed_stations(Box& box, const std::string& service, const std::string& channel) {
  OrderedJson stations = OrderedJson::array();
  const Reply list =
      box.call(make_request("list", "WLANConfiguration1.X_AVM-DE_GetWLANDeviceListPath"));
  const std::string guests = is_for_guests(box, service);
  for (const Reply& entry : elements(list, "Item")) {
    const std::string guest = text(entry, "AssociatedDeviceGuest");
    const bool is_same_network = guests.empty() || guest.empty() || guests == guest;
    if (text(entry, "AssociatedDeviceChannel") == channel && is_same_network)
      stations.push_back(station(stations.size(), entry, ""));
  }
  return stations;
}

OrderedJson asked_stations(Box& box, const std::string& service) {
  OrderedJson stations = OrderedJson::array();
  for (const Reply& entry : box.call(
           table_request(service + ".GetGenericAssociatedDeviceInfo", "NewAssociatedDeviceIndex")))
    stations.push_back(station(stations.size(), entry, "New"));
  return stations;
}

/// The result of `step`; null if the box refuses, after printing `notice` and the reason.
OrderedJson or_notice(const std::string& notice, const std::function<OrderedJson()>& step) {
  try {
    return step();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::refused) throw;
    std::cerr << "notice: " << notice << ": " << error.what() << "\n";
    return {};
  }
}

/// The information about one radio, without what the box refuses.  `must_answer`: a refusal is an
/// error, since the radio was named on the command line.
OrderedJson radio(Box& box, const std::string& service, bool must_answer) {
  const auto ask_info = [&] {
    return OrderedJson(box.call(make_request("tr064", service + ".GetInfo")));
  };
  const OrderedJson info =
      must_answer ? ask_info() : or_notice("not known of " + service, ask_info);
  const std::string channel = info.contains("NewChannel") ? info["NewChannel"].dump() : "";
  OrderedJson stations = or_notice("stations of " + service + " are not told one by one",
                                   [&] { return asked_stations(box, service); });
  if (stations.is_null() && !channel.empty())
    stations =
        or_notice("nor by the list of all", [&] { return listed_stations(box, service, channel); });
  if (info.is_null() && stations.is_null()) return {};
  const auto known = [&](const char* key) {
    return info.contains(key) ? info[key] : OrderedJson();
  };
  return {{"service", service},
          {"name", known("NewSSID")},
          {"channel", known("NewChannel")},
          {"enabled", known("NewEnable")},
          {"stations", std::move(stations)}};
}

void print_radio(const OrderedJson& radio) {
  const auto word = [&](const char* key) {
    return radio[key].is_string() ? printable(radio[key].get<std::string>()) : "?";
  };
  const std::string state = radio["enabled"].is_null() ? "not known"
                            : radio["enabled"] == true ? "channel " + radio["channel"].dump()
                                                       : "off";
  std::cout << word("service") << ": " << word("name") << ", " << state << "\n";
  if (radio["stations"].is_null())
    std::cout << "stations not known\n";
  else if (!radio["stations"].empty())
    std::cout << rows_table(radio["stations"], kStations);
  std::cout << "\n";
}

int show_wlan(Box& box, const NetworkOptions& wanted) {
  constexpr std::string_view kService = "WLANConfiguration";
  OrderedJson radios = OrderedJson::array();
  const auto add = [&](const std::string& service) {
    OrderedJson each = radio(box, service, wanted.service != 0);
    if (!each.is_null()) radios.push_back(std::move(each));
  };
  if (wanted.service != 0)
    add(std::string(kService) + std::to_string(wanted.service));
  else
    for (const fritzbox::Service& service : box.catalog()->services())
      if (service.name.starts_with(kService)) add(service.name);
  if (wanted.json)
    print_json(radios);
  else
    for (const OrderedJson& each : radios) print_radio(each);
  return 0;
}

int wake(Box& box, const std::string& mac) {
  box.act({.service = "Hosts1", .action = "X_AVM-DE_WakeOnLANByMACAddress"},
          {{"NewMACAddress", mac}});
  std::cout << "the box has sent the packet that wakes " << mac << "\n";
  return 0;
}

}  // namespace

Prepared prepare_hosts(const Program&) {
  auto wanted = std::make_shared<NetworkOptions>();
  return {.syntax = {.about = "Lists the hosts that the box knows.",
                     .options = with_box_options({json_flag(wanted->json)}, wanted->box)},
          .run = [wanted](const Words&) {
            return with_box(wanted->box, [&](Box& box, const std::string&) {
              return show_hosts(box, wanted->json);
            });
          }};
}

Prepared prepare_wlan(const Program&) {
  auto wanted = std::make_shared<NetworkOptions>();
  return {.syntax = {.about = "Lists radios and their stations.",
                     .options = with_box_options({json_flag(wanted->json),
                                                  {.name = "service",
                                                   .letter = 's',
                                                   .target = &wanted->service,
                                                   .help = "Only this radio",
                                                   .value = "NUMBER",
                                                   .otherwise = "all",
                                                   .least = 1,
                                                   .most = 99}},
                                                 wanted->box)},
          .run = [wanted](const Words&) {
            return with_box(wanted->box,
                            [&](Box& box, const std::string&) { return show_wlan(box, *wanted); });
          }};
}

Prepared prepare_wol(const Program&) {
  auto wanted = std::make_shared<BoxOptions>();
  return {.syntax = {.about = "Wakes the host with this MAC address.",
                     .options = with_box_options({}, *wanted),
                     .words = "MAC",
                     .most_words = 1},
          .run = [wanted](const Words& words) {
            if (words.empty())
              throw Error(ErrorKind::config,
                          "wol needs the MAC address of a host: boxmeter fritz wol MAC");
            return with_box(*wanted,
                            [&](Box& box, const std::string&) { return wake(box, words[0]); });
          }};
}

}  // namespace boxmeter::fritz
