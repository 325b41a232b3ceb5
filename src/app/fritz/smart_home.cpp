// boxmeter fritz homeauto, http: lists and switches smart home devices.
#include <iostream>

#include "app/fritz/show.h"
#include "app/fritz/subcommand.h"
#include "app/terminal.h"
#include "base/text.h"

namespace boxmeter::fritz {
namespace {

using fritzbox::Box;

struct HomeOptions {
  BoxOptions box = {};
  bool json = false;
  bool verbose = false;
  bool yes = false;
  std::vector<std::string> change = {};  // AIN, on or off
  std::string ain = {};
};

constexpr Column kDevices[] = {{"name", "name"},
                               {"ain", "ain"},
                               {"power [W]", "power"},
                               {"t [°C]", "celsius"},
                               {"switch", "switch"}};

/// The value of `key` divided by `parts`; null unless the box marks it as valid.
OrderedJson measured(const Reply& device, const char* valid, const char* key, double parts) {
  if (text(device, valid) != "VALID" || !device.contains(key) || !device[key].is_number())
    return {};
  return device[key].get<double>() / parts;
}

OrderedJson device_row(const Reply& device) {
  const bool is_switch = text(device, "NewSwitchIsValid") == "VALID";
  return {
      {"name", text(device, "NewDeviceName")},
      {"ain", text(device, "NewAIN")},
      {"power", measured(device, "NewMultimeterIsValid", "NewMultimeterPower", 100)},
      {"celsius", measured(device, "NewTemperatureIsValid", "NewTemperatureCelsius", 10)},
      {"switch", is_switch ? OrderedJson(lower(text(device, "NewSwitchState"))) : OrderedJson()}};
}

void print_verbose(const Reply& devices) {
  for (const Reply& device : devices) {
    std::vector<TableRow> rows;
    for (const auto& [key, value] : device.items())
      rows.push_back({key, text(device, key.c_str())});
    std::cout << table(rows) << "\n";
  }
}

int show_devices(Box& box, const HomeOptions& wanted) {
  const Reply devices =
      box.call(table_request("X_AVM-DE_Homeauto1.GetGenericDeviceInfos", "NewIndex"));
  OrderedJson rows = OrderedJson::array();
  for (const Reply& device : devices)
    rows.push_back(wanted.verbose ? OrderedJson(device) : device_row(device));
  if (wanted.json)
    print_json(rows);
  else if (wanted.verbose)
    print_verbose(devices);
  else
    std::cout << rows_table(rows, kDevices);
  return 0;
}

int turn(Box& box, const std::string& ain, const std::string& state, bool yes) {
  const std::string upper = lower(state) == "on" ? "ON" : lower(state) == "off" ? "OFF" : "";
  if (upper.empty())
    throw Error(ErrorKind::config, "a switch is 'on' or 'off', not '" + state + "'");
  confirm("turn " + lower(state) + " '" + ain + "'", yes);
  box.act({.service = "X_AVM-DE_Homeauto1", .action = "SetSwitch"},
          {{"NewAIN", ain}, {"NewSwitchState", upper}});
  return 0;
}

Request to_request(const HomeOptions& wanted, const Words& words) {
  if (words.empty())
    throw Error(ErrorKind::config,
                "http needs a command: boxmeter fritz http COMMAND [--ain AIN] [NAME=VALUE ...]");
  Request request = make_request("http", words[0]);
  if (!wanted.ain.empty()) request.args["ain"] = wanted.ain;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const auto equals = words[i].find('=');
    if (equals == std::string::npos || equals == 0)
      throw Error(ErrorKind::config, "argument '" + words[i] + "' is not of the form NAME=VALUE");
    request.args[words[i].substr(0, equals)] = words[i].substr(equals + 1);
  }
  return request;
}

int ask_http(Box& box, const HomeOptions& wanted, const Words& words) {
  const Request request = to_request(wanted, words);
  if (!request.target.starts_with("get"))
    confirm("'" + request.target + "' may change a device", wanted.yes);
  const Reply reply = box.call(request);
  if (wanted.json) {
    print_json({{"content-type", reply["content-type"]},
                {"encoding", reply["encoding"]},
                {"content", reply["content"]}});
    return 0;
  }
  const std::string content = text(reply, "content");
  std::cout << content << (content.ends_with('\n') ? "" : "\n");
  return 0;
}

}  // namespace

Prepared prepare_homeauto(const Program&) {
  auto wanted = std::make_shared<HomeOptions>();
  return {.syntax = {.about = "Lists smart home devices, or switches one.",
                     .options = with_box_options(
                         {json_flag(wanted->json),
                          {.name = "verbose",
                           .letter = 'v',
                           .target = &wanted->verbose,
                           .help = "All that the box says of each device"},
                          {.name = "switch",
                           .letter = 's',
                           .target = &wanted->change,
                           .help = "Turn a device on or off",
                           .value = "AIN on|off",
                           .values = 2},
                          yes_flag(wanted->yes, "Do not ask before a device is switched")},
                         wanted->box)},
          .run = [wanted](const Words&) {
            return with_box(wanted->box, [&](Box& box, const std::string&) {
              return wanted->change.empty()
                         ? show_devices(box, *wanted)
                         : turn(box, wanted->change[0], wanted->change[1], wanted->yes);
            });
          }};
}

Prepared prepare_http(const Program&) {
  auto wanted = std::make_shared<HomeOptions>();
  return {.syntax = {.about = "Sends a command to smart home devices (AHA-HTTP).",
                     .options = with_box_options(
                         {{.name = "ain",
                           .target = &wanted->ain,
                           .help = "Of the device, group or template",
                           .value = "AIN"},
                          json_flag(wanted->json, "Print content-type, encoding and content"),
                          yes_flag(wanted->yes, "Do not ask before a device is changed")},
                         wanted->box),
                     .words = "COMMAND [NAME=VALUE ...]",
                     .most_words = kAnyNumber,
                     .more = "  boxmeter fritz http getswitchlist\n"
                             "  boxmeter fritz http gettemperature --ain 116570000001"},
          .run = [wanted](const Words& words) {
            return with_box(wanted->box, [&](Box& box, const std::string&) {
              return ask_http(box, *wanted, words);
            });
          }};
}

}  // namespace boxmeter::fritz
