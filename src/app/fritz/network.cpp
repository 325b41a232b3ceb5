// boxmeter fritz hosts, wlan, wol: who is in the network.
#include <iostream>

#include "app/fritz/show.h"
#include "app/fritz/subcommand.h"

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

/// One document; repeaters and old boxes that have none are asked host by host.
Reply host_entries(Box& box, std::string& prefix) {
  try {
    return elements(box.call(asking("list", "Hosts1.X_AVM-DE_GetHostListPath")), "Item");
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::refused && error.kind() != ErrorKind::protocol) throw;
  }
  prefix = "New";
  return box.call(walking("Hosts1.GetGenericHostEntry", "NewIndex"));
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

OrderedJson station(std::size_t index, const Reply& entry) {
  const auto value = [&entry](const char* key) {
    return entry.contains(key) ? OrderedJson(entry[key]) : OrderedJson();
  };
  return {{"index", index},
          {"active", value("NewAssociatedDeviceAuthState")},
          {"mac", value("NewAssociatedDeviceMACAddress")},
          {"ip", value("NewAssociatedDeviceIPAddress")},
          {"signal", value("NewX_AVM-DE_SignalStrength")},
          {"speed", value("NewX_AVM-DE_Speed")}};
}

OrderedJson answered_radio(Box& box, const std::string& service) {
  const Reply info = box.call(asking("tr064", service + ".GetInfo"));
  OrderedJson stations = OrderedJson::array();
  for (const Reply& entry :
       box.call(walking(service + ".GetGenericAssociatedDeviceInfo", "NewAssociatedDeviceIndex")))
    stations.push_back(station(stations.size(), entry));
  return {{"service", service},
          {"name", text(info, "NewSSID")},
          {"channel", info.value("NewChannel", Reply())},
          {"enabled", info.value("NewEnable", Reply())},
          {"stations", std::move(stations)}};
}

/// One that refuses costs only itself.
OrderedJson radio(Box& box, const std::string& service) {
  try {
    return answered_radio(box, service);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::refused) throw;
    std::cerr << "notice: " << service << " is left out: " << error.what() << "\n";
    return {};
  }
}

int show_wlan(Box& box, const NetworkOptions& wanted) {
  constexpr std::string_view kService = "WLANConfiguration";
  OrderedJson radios = OrderedJson::array();
  if (wanted.service != 0)
    radios.push_back(answered_radio(box, std::string(kService) + std::to_string(wanted.service)));
  else
    for (const fritzbox::Service& service : box.catalog()->services())
      if (service.name.starts_with(kService))
        if (OrderedJson each = radio(box, service.name); !each.is_null())
          radios.push_back(std::move(each));
  if (wanted.json) {
    print_json(radios);
    return 0;
  }
  for (const OrderedJson& each : radios)
    std::cout << each["service"].get<std::string>() << ": " << each["name"].get<std::string>()
              << ", "
              << (each["enabled"] == true ? "channel " + each["channel"].dump()
                                          : std::string("off"))
              << "\n"
              << (each["stations"].empty() ? "" : rows_table(each["stations"], kStations)) << "\n";
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
