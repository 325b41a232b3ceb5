#include "device/fritzbox/tr064/documents.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "base/text.h"
#include "device/fritzbox/tr064/description.h"
#include "device/fritzbox/tr064/target.h"
#include "device/fritzbox/xml.h"
#include "device/json.h"
#include "http/client.h"
#include "http/encode.h"

namespace boxmeter::fritzbox {
namespace {

constexpr std::size_t kLongestName = 128;

std::string member(const Reply& object, const std::string& name) {
  if (!object.is_object()) return "";
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// Identifies a link, which is listed at both of its nodes.  Older schemas give it no uid.
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

/// Calls use(node, interface) for every interface of a mesh list.
template <typename Use>
void for_each_interface(Reply& document, Use&& use) {
  if (!document.is_object() || !document.contains("nodes")) return;
  for (Reply& node : document["nodes"])
    if (node.is_object() && node.contains("node_interfaces"))
      for (Reply& interface : node["node_interfaces"]) use(node, interface);
}

/// Identifies a node: by its MAC, or by its uid if it has none, though that changes when the mesh
/// is rebuilt.  Names are not unique: all repeaters of a model leave the factory with the same one.
std::string node_id(const Reply& node) {
  const std::string mac = member(node, "device_mac_address");
  return mac.empty() ? member(node, "uid") : mac;
}

/// The description of one end of a link, which itself has only uids, that change.  Texts are
/// shortened, since each is copied to all links of a node.
Reply end_of_link(const Reply& node, const Reply& interface) {
  Reply end = Reply::object();
  for (const char* name : {"device_name", "device_mac_address", "mesh_role"})
    if (const std::string text = member(node, name); !text.empty())
      end[name] = shortened(text, kLongestName);
  if (const std::string id = node_id(node); !id.empty())
    end["node_id"] = shortened(id, kLongestName);
  if (const auto meshed = node.find("is_meshed"); meshed != node.end() && meshed->is_boolean())
    end["is_meshed"] = *meshed;
  for (const char* name : {"name", "type"})
    if (const std::string text = member(interface, name); !text.empty())
      end["interface_" + std::string(name)] = shortened(text, kLongestName);
  return end;
}

void name_ends(Reply& interface, const std::map<std::string, Reply>& ends) {
  if (!interface.is_object() || !interface.contains("node_links")) return;
  for (Reply& link : interface["node_links"])
    for (const char* side : {"1", "2"}) {
      const std::string uid = member(link, "node_interface_" + std::string(side) + "_uid");
      if (const auto end = ends.find(uid); end != ends.end() && !end->second.empty())
        link["end_" + std::string(side)] = end->second;
    }
}

void tidy_mesh(Reply& document) {
  std::set<std::string> seen;
  std::map<std::string, Reply> ends;  // by uid of the interface
  for_each_interface(document, [&](const Reply& node, Reply& interface) {
    keep_links_once(interface, seen);
    if (const std::string uid = member(interface, "uid"); !uid.empty())
      ends.emplace(uid, end_of_link(node, interface));
  });
  for_each_interface(document, [&](Reply&, Reply& interface) { name_ends(interface, ends); });
  if (!document.is_object() || !document.contains("nodes")) return;
  for (Reply& node : document["nodes"])
    if (const std::string id = node_id(node); !id.empty()) node["node_id"] = id;
}

/// Whether an argument of that name holds the path of a document.
bool is_path_name(std::string_view name) { return name.ends_with("Path") || name.ends_with("URL"); }

}  // namespace

std::string document_path(const SoapAnswer& answer,
                          const std::map<std::string, std::string>& parameters) {
  for (const auto& [name, value] : answer.arguments) {
    if (!is_path_name(name) || !value.is_string()) continue;
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
              "path or an XML list)");
}

std::optional<Reply> document_inside(const SoapAnswer& answer) {
  for (const auto& [name, value] : answer.arguments)
    if (value.is_string() && trim(value.get_ref<const std::string&>()).starts_with('<'))
      return xml_to_json(value.get_ref<const std::string&>());
  return std::nullopt;
}

Reply parse_document(std::string_view body) {
  const std::string_view start = trim(body);
  if (!start.starts_with('{') && !start.starts_with('[')) return xml_to_json(body);
  Reply document = parse_json(body);
  tidy_mesh(document);
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
