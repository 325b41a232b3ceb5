#include "sim/freebox_writes.h"

#include <algorithm>
#include <array>

#include "sim/json.h"

namespace boxmeter::sim {
namespace {

using Json = nlohmann::ordered_json;

Json object_of(std::string_view body) {
  Json object = parsed_json(body);
  return object.is_object() ? object : Json();
}

/// Members that a box accepts and never returns.
bool is_write_only(std::string_view member) { return member == "password"; }

bool same_type(const Json& a, const Json& b) {
  return a.type() == b.type() || (a.is_number() && b.is_number());
}

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// Delegations are identified by their prefix; the next hop is a link-local address, or "" for
/// none.
std::string merge_delegations(Json& current, const Json& wanted) {
  for (const Json& delegation : wanted) {
    if (!delegation.is_object() || !delegation.contains("prefix")) return "inval";
    const std::string hop = delegation.value("next_hop", "");
    if (!hop.empty() && !hop.starts_with("fe80::")) return "invalid_next_hop";
    const std::string prefix = text_of(delegation["prefix"]);
    const auto known = std::ranges::find_if(
        current, [&](const Json& d) { return d.value("prefix", "") == prefix; });
    if (known == current.end()) return "noent";
    (*known)["next_hop"] = hop;
  }
  return "";
}

/// The errors of the Connection API; "" for none.
std::string connection_error(std::string_view path, std::string_view member, const Json& value) {
  if (path == "connection/config" && member == "remote_access_port" &&
      (!value.is_number_integer() || value < 1 || value > 65535))
    return "invalid_port";
  return "";
}

std::string provider_error(std::string_view path) {
  constexpr std::string_view kDdns = "connection/ddns/";
  if (!path.starts_with(kDdns)) return "";
  constexpr std::array<std::string_view, 3> kProviders = {"ovh", "dyndns", "noip"};
  const bool known = std::ranges::find(kProviders, path.substr(kDdns.size())) != kProviders.end();
  return known ? "" : "invalid_provider";
}

bool is_called(const Json& element, std::string_view id) {
  for (const char* key : {"id", "login", "token"})
    if (element.is_object() && element.contains(key) && text_of(element[key]) == id) return true;
  return false;
}

}  // namespace

Written put(std::string_view path, const Json& current, std::string_view body) {
  if (const std::string error = provider_error(path); !error.empty()) return {.error = error};
  const Json wanted = object_of(body);
  if (wanted.is_null() || !current.is_object()) return {.error = "inval"};
  Json value = current;
  for (const auto& [member, wish] : wanted.items()) {
    std::string error = connection_error(path, member, wish);
    if (error.empty() && is_write_only(member) && wish.is_string()) continue;
    if (error.empty() && (!value.contains(member) || !same_type(value[member], wish)))
      error = "inval";
    if (error.empty() && member == "delegations")
      error = merge_delegations(value[member], wish);
    else if (error.empty())
      value[member] = wish;
    if (!error.empty()) return {.error = error};
  }
  return {.value = value, .answer = value};
}

Written post(const Json& current, std::string_view body) {
  Json element = object_of(body);
  if (element.is_null() || !current.is_array()) return {.error = "inval"};
  std::int64_t id = 1;
  bool texts = false;  // whether ids are texts in this list
  for (const Json& other : current) {
    const Json known = other.value("id", Json());
    texts = texts || known.is_string();
    if (known.is_number_integer()) id = std::max(id, known.get<std::int64_t>() + 1);
  }
  if (!element.contains("id")) element["id"] = texts ? Json(std::to_string(id)) : Json(id);
  for (auto member = element.begin(); member != element.end();)
    member = is_write_only(member.key()) ? element.erase(member) : std::next(member);
  Json value = current;
  value.push_back(element);
  return {.value = std::move(value), .answer = std::move(element)};
}

Written remove(const Json& current, std::string_view id) {
  Json value = Json::array();
  for (const Json& element : current)
    if (!is_called(element, id)) value.push_back(element);
  if (!current.is_array() || value.size() == current.size()) return {.error = "noent"};
  return {.value = std::move(value)};
}

}  // namespace boxmeter::sim
