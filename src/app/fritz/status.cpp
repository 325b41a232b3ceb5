// boxmeter fritz status: shows the connection to the internet.
#include <cmath>
#include <cstdio>
#include <iostream>
#include <map>

#include "app/fritz/show.h"
#include "app/fritz/subcommand.h"
#include "app/terminal.h"

namespace boxmeter::fritz {
namespace {

using fritzbox::Box;

enum class Show { equals, text, duration, bytes, rate };

/// Where to read a value; IGD services come first, since they need no login.
struct Source {
  const char* target;
  const char* argument;
};

struct Attribute {
  const char* label;
  const char* key;
  Show show;
  Source sources[3];
  const char* yes = nullptr;  // what `equals` is compared with
};

constexpr Attribute kAttributes[] = {
    {"is linked",
     "is_linked",
     Show::equals,
     {{"WANCommonIFC1.GetCommonLinkProperties", "NewPhysicalLinkStatus"},
      {"WANCommonInterfaceConfig1.GetCommonLinkProperties", "NewPhysicalLinkStatus"}},
     "Up"},
    {"is connected",
     "is_connected",
     Show::equals,
     {{"WANIPConn1.GetStatusInfo", "NewConnectionStatus"},
      {"WANConnection.GetStatusInfo", "NewConnectionStatus"}},
     "Connected"},
    {"external ip (v4)",
     "external_ip",
     Show::text,
     {{"WANIPConn1.GetExternalIPAddress", "NewExternalIPAddress"},
      {"WANConnection.GetExternalIPAddress", "NewExternalIPAddress"}}},
    {"external ip (v6)",
     "external_ipv6",
     Show::text,
     {{"WANIPConn1.X_AVM_DE_GetExternalIPv6Address", "NewExternalIPv6Address"}}},
    {"internal ipv6-prefix",
     "ipv6_prefix",
     Show::text,
     {{"WANIPConn1.X_AVM_DE_GetIPv6Prefix", "NewIPv6Prefix"}}},
    {"uptime",
     "uptime",
     Show::duration,
     {{"WANIPConn1.GetStatusInfo", "NewUptime"}, {"WANConnection.GetStatusInfo", "NewUptime"}}},
    {"bytes sent",
     "bytes_sent",
     Show::bytes,
     {{"WANCommonIFC1.GetAddonInfos", "NewX_AVM_DE_TotalBytesSent64"},
      {"WANCommonIFC1.GetTotalBytesSent", "NewTotalBytesSent"},
      {"WANCommonInterfaceConfig1.GetTotalBytesSent", "NewTotalBytesSent"}}},
    {"bytes received",
     "bytes_received",
     Show::bytes,
     {{"WANCommonIFC1.GetAddonInfos", "NewX_AVM_DE_TotalBytesReceived64"},
      {"WANCommonIFC1.GetTotalBytesReceived", "NewTotalBytesReceived"},
      {"WANCommonInterfaceConfig1.GetTotalBytesReceived", "NewTotalBytesReceived"}}},
    {"max. bit rate up",
     "max_bit_rate_up",
     Show::rate,
     {{"WANCommonIFC1.GetCommonLinkProperties", "NewLayer1UpstreamMaxBitRate"},
      {"WANCommonInterfaceConfig1.GetCommonLinkProperties", "NewLayer1UpstreamMaxBitRate"}}},
    {"max. bit rate down",
     "max_bit_rate_down",
     Show::rate,
     {{"WANCommonIFC1.GetCommonLinkProperties", "NewLayer1DownstreamMaxBitRate"},
      {"WANCommonInterfaceConfig1.GetCommonLinkProperties", "NewLayer1DownstreamMaxBitRate"}}},
};

/// The reply, asked for once; null if the box refuses the action.
const Reply& answer(Box& box, const char* target, std::map<std::string, Reply>& answers) {
  const auto known = answers.find(target);
  if (known != answers.end()) return known->second;
  Reply reply;
  try {
    reply = box.call(make_request("tr064", target));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::refused) throw;
  }
  return answers[target] = std::move(reply);
}

/// Boxes send 64-bit numbers as text.
OrderedJson number(const std::string& text) {
  const Reply value = Reply::parse(text, nullptr, /*allow_exceptions=*/false);
  return value.is_number_integer() ? OrderedJson(value) : OrderedJson(text);
}

OrderedJson value(Box& box, const Attribute& attribute, std::map<std::string, Reply>& answers) {
  for (const Source& source : attribute.sources) {
    if (source.target == nullptr) break;
    const Reply& reply = answer(box, source.target, answers);
    if (reply.is_null()) continue;
    const std::string found = text(reply, source.argument);
    if (attribute.show == Show::equals) return found == attribute.yes;
    if (attribute.show == Show::text) return found;  // "": there is none
    if (!found.empty()) return number(found);
  }
  return {};
}

std::string scaled(double value, const char* unit) {
  constexpr const char* kPrefixes[] = {"", "K", "M", "G", "T", "P"};
  std::size_t step = 0;
  for (; value >= 1000 && step + 1 < std::size(kPrefixes); ++step) value /= 1000;
  char text[64];
  std::snprintf(text, sizeof text, "%.1f %s%s", value, kPrefixes[step], unit);
  return text;
}

std::string duration(std::uint64_t seconds) {
  char text[64];
  std::snprintf(text, sizeof text, "%02llu:%02llu:%02llu",
                static_cast<unsigned long long>(seconds / 3600),
                static_cast<unsigned long long>(seconds / 60 % 60),
                static_cast<unsigned long long>(seconds % 60));
  return text;
}

std::string shown(const OrderedJson& value, Show show) {
  if (value.is_null()) return "not supported by this box";
  if (value.is_boolean()) return value == true ? "yes" : "no";
  const auto* text = value.get_ptr<const std::string*>();
  if (text != nullptr) return text->empty() ? "-" : *text;
  if (show == Show::duration) return duration(value.get<std::uint64_t>());
  if (show == Show::rate) return scaled(value.get<double>(), "Bit/s");
  return show == Show::bytes ? value.dump() + " (" + scaled(value.get<double>(), "B") + ")"
                             : value.dump();
}

int show_status(Box& box, bool json) {
  std::map<std::string, Reply> answers;
  const fritzbox::CatalogPtr catalog = box.catalog();
  OrderedJson status = {{"model", catalog->model()}, {"system", catalog->version().display}};
  std::vector<TableRow> rows = {{"model", catalog->model()},
                                {"system", catalog->version().display}};
  for (const Attribute& attribute : kAttributes) {
    OrderedJson found = value(box, attribute, answers);
    rows.push_back({attribute.label, shown(found, attribute.show)});
    status[attribute.key] = std::move(found);
  }
  if (json)
    print_json(status);
  else
    std::cout << table(rows);
  return 0;
}

struct StatusOptions {
  BoxOptions box = {};
  bool json = false;
};

}  // namespace

Prepared prepare_status(const Program&) {
  auto wanted = std::make_shared<StatusOptions>();
  return {.syntax = {.about = "Shows the connection to the internet.",
                     .options = with_box_options({json_flag(wanted->json)}, wanted->box)},
          .run = [wanted](const Words&) {
            return with_box(wanted->box, [&](Box& box, const std::string&) {
              return show_status(box, wanted->json);
            });
          }};
}

}  // namespace boxmeter::fritz
