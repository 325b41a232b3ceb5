#include "device/fritzbox/tr064/rights.h"

#include "base/error.h"
#include "device/fritzbox/xml.h"

namespace boxmeter::fritzbox {
namespace {

struct Right {
  std::string_view path;   // as TR-064 calls it
  std::string_view label;  // as the box's user administration does
};

constexpr Right kSettings = {"BoxAdmin", "FRITZ!Box Settings"};
constexpr Right kPhone = {"Phone", "Voice messages, fax messages, FRITZ!App Fon and call list"};
constexpr Right kSmartHome = {"HomeAuto", "Smart Home"};
constexpr Right kNas = {"NAS", "Access to NAS contents"};

constexpr struct {
  std::string_view service;  // the beginning of its name
  const Right& right;
} kRights[] = {
    {"X_AVM-DE_OnTel", kPhone},        {"X_AVM-DE_TAM", kPhone},   {"X_VoIP", kPhone},
    {"X_AVM-DE_Homeauto", kSmartHome}, {"X_AVM-DE_Storage", kNas}, {"X_AVM-DE_Filelinks", kNas},
};

const Right& right_for(std::string_view service) {
  for (const auto& row : kRights)
    if (service.starts_with(row.service)) return row.right;
  return kSettings;
}

}  // namespace

Rights parse_rights(std::string_view text_of_rights) {
  Rights rights;
  try {
    std::string path;
    const pugi::xml_document document = parse_xml(text_of_rights);
    for (const pugi::xml_node& node : document.document_element()) {
      if (local_name(node) == "path") path = text(node);
      if (local_name(node) == "access" && !path.empty()) rights[path] = text(node);
    }
  } catch (const Error&) {
    return {};  // only an explanation is missing then
  }
  return rights;
}

std::string why_denied(const std::string& user, std::string_view service, const Rights& rights) {
  const Right& right = right_for(service);
  const std::string who = user.empty() ? "this user" : "user '" + user + "'";
  const std::string label = "the right '" + std::string(right.label) + "'";
  const auto held = rights.find(right.path);
  if (held == rights.end() || held->second == "none") return who + " lacks " + label;
  if (held->second == "readonly") return who + " has " + label + " for reading only";
  return who + " has " + label + ", which is not enough for this";
}

}  // namespace boxmeter::fritzbox
