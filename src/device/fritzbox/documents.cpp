#include "device/fritzbox/documents.h"

#include <set>
#include <vector>

#include "base/text.h"
#include "device/fritzbox/description.h"
#include "device/fritzbox/target.h"
#include "device/fritzbox/xml.h"
#include "http/client.h"

namespace boxmeter::fritzbox {
namespace {

constexpr std::size_t kDeepest = 64;

std::string member(const Reply& object, const char* name) {
  if (!object.is_object()) return "";
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// A link between two interfaces stands at both of its nodes; older schemas give it no uid.
std::string link_key(const Reply& link) {
  if (std::string uid = member(link, "uid"); !uid.empty()) return uid;
  const std::string one = member(link, "node_interface_1_uid");
  const std::string two = member(link, "node_interface_2_uid");
  return one.empty() || two.empty() ? "" : one + " " + two;
}

void keep_links_once(Reply& interface, std::set<std::string>& seen) {
  if (!interface.is_object() || !interface.contains("node_links")) return;
  Reply& links = interface["node_links"];
  if (!links.is_array()) return;
  Reply kept = Reply::array();
  for (Reply& link : links)
    if (const std::string key = link_key(link); key.empty() || seen.insert(key).second)
      kept.push_back(std::move(link));
  links = std::move(kept);
}

void keep_links_once(Reply& document) {
  if (!document.is_object() || !document.contains("nodes")) return;
  std::set<std::string> seen;
  for (Reply& node : document["nodes"])
    if (node.is_object() && node.contains("node_interfaces"))
      for (Reply& interface : node["node_interfaces"]) keep_links_once(interface, seen);
}

}  // namespace

Reply parse_json(std::string_view body) {
  const std::string utf8 = repair_utf8(body);
  if (json_depth(utf8) > kDeepest)
    throw Error(ErrorKind::too_large,
                "the answer is nested deeper than " + std::to_string(kDeepest) + " levels");
  try {
    return Reply::parse(utf8);
  } catch (const Reply::exception&) {  // its text quotes the document
    throw Error(ErrorKind::protocol, "the answer is not JSON");
  }
}

std::string document_path(const Answer& answer,
                          const std::map<std::string, std::string>& parameters) {
  for (const auto& [name, value] : answer.arguments) {
    if (!value.is_string()) continue;
    std::string path = path_of(trim(value.get_ref<const std::string&>()));
    if (path.empty()) continue;
    for (const auto& [key, setting] : parameters) {
      path += path.find('?') == std::string::npos ? '?' : '&';
      path += http::percent_encoded(key) + "=" + http::percent_encoded(setting);
    }
    return path;
  }
  throw Error(ErrorKind::protocol,
              "the answer names no document (a 'list' request needs an action that answers with a "
              "path)");
}

Reply parse_document(std::string_view body) {
  const std::string_view start = trim(body);
  if (!start.starts_with('{') && !start.starts_with('[')) return xml_to_json(body);
  Reply document = parse_json(body);
  keep_links_once(document);
  return document;
}

std::string last_user(std::string_view user_list) {
  if (trim(user_list).empty()) return "";
  const pugi::xml_document document = parse_xml(user_list);
  for (const pugi::xml_node& user : document.document_element())
    if (std::string_view(user.attribute("last_user").value()) == "1") return text(user);
  return "";
}

std::string connection_service(std::string_view named) {
  const auto parts = split(trim(named), '.');
  if (parts.size() != 3) return "";
  const std::string name = std::string(parts[1]) + std::string(parts[2]);
  const bool is_connection = parts[1] == "WANPPPConnection" || parts[1] == "WANIPConnection";
  return is_connection && is_argument_name(name) ? name : "";
}

}  // namespace boxmeter::fritzbox
