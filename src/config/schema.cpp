#include "config/schema.h"

#include <nlohmann/json.hpp>

#include "base/number.h"
#include "config/keys.h"
#include "config/pack_keys.h"
#include "yaml/scalars.h"

namespace boxmeter {
namespace {

using Json = nlohmann::ordered_json;

/// The reader takes any single value for a text: 2400 as well as "2400".
Json scalar() { return {{"type", {"string", "number", "boolean"}}}; }

Json any_of(std::vector<Json> ways) { return {{"anyOf", std::move(ways)}}; }

Json list_of(Json item) { return {{"type", "array"}, {"items", std::move(item)}}; }

Json by_name(Json value) {
  return {{"type", "object"}, {"additionalProperties", std::move(value)}};
}

Json ref(const char* name) { return {{"$ref", std::string("#/definitions/") + name}}; }

Json matching(const char* pattern) { return {{"type", "string"}, {"pattern", pattern}}; }

/// `${NAME}` may stand wherever the reader wants more than a text.
Json or_variable(Json value) { return any_of({std::move(value), matching("\\$\\{")}); }

Json words(std::span<const std::string_view> choices) {
  Json all = Json::array();
  for (const std::string_view choice : choices) all.push_back(choice);
  return or_variable({{"enum", std::move(all)}});
}

Json integer(const Key& key) {
  Json whole = {{"type", "integer"}};
  if (const auto least = parse_integer<std::uint64_t>(key.least)) whole["minimum"] = *least;
  if (const auto most = parse_integer<std::uint64_t>(key.most)) whole["maximum"] = *most;
  return or_variable(std::move(whole));
}

constexpr const char* kDuration = "^(?=[0-9])([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$";
constexpr const char* kSize = "^[0-9]+(B|KB|MB|GB|KiB|MiB|GiB)$";

Json section(Keys keys);

/// A key with a grammar of its own.  If it has members, it takes either a single text, or a mapping
/// of these members.
Json other(const Key& key) {
  if (key.members == &kRequestTable) return ref("request");
  if (key.name == "for_each")
    return {{"type", "object"},
            {"minProperties", 1},
            {"maxProperties", 1},
            {"additionalProperties", any_of({list_of(scalar()), ref("loop")})}};
  if (key.name == "states")
    return any_of({list_of(scalar()), by_name(any_of({scalar(), list_of(scalar())}))});
  if (key.members == nullptr) return scalar();
  Json members = section(key.members->keys);
  if (key.members == &kValueTable) members.erase("required");  // 'path' or 'sum'
  const Json one = any_of({scalar(), std::move(members)});
  const bool is_by_name = key.members == &kLabelTable || key.members == &kConditionTable;
  return is_by_name ? by_name(any_of({one, list_of(scalar())})) : any_of({one, list_of(one)});
}

Json type_of(const Key& key) {
  switch (key.type) {
    case KeyType::text:
    case KeyType::file:
    case KeyType::url:
      return scalar();
    case KeyType::word:
      return words(key.choices);
    case KeyType::name:
      return any_of({matching("^([A-Za-z0-9_.-]+|.*\\$\\{.*)$"), {{"type", "number"}}});
    case KeyType::boolean:
      return or_variable({{"type", "boolean"}});
    case KeyType::integer:
      return integer(key);
    case KeyType::number:
      return or_variable({{"type", "number"}});
    case KeyType::duration:
      return or_variable(matching(kDuration));
    case KeyType::size:
      return or_variable(any_of({matching(kSize), {{"type", "integer"}, {"minimum", 0}}}));
    case KeyType::texts:
      return any_of({scalar(), list_of(scalar())});
    case KeyType::mapping:
      return by_name(any_of({scalar(), list_of(scalar())}));
    case KeyType::section:
      return section(key.members->keys);
    case KeyType::sections:
      if (key.members == &kAddendTable)  // a path alone will do
        return list_of(any_of({scalar(), section(key.members->keys)}));
      return list_of(section(key.members->keys));
    case KeyType::other:
      return other(key);
  }
  return {};
}

Json property(const Key& key) {
  Json described = type_of(key);
  // In draft 7, what stands beside a $ref is ignored.
  if (described.contains("$ref")) described = {{"allOf", {described}}};
  described["description"] = key.help;
  if (!key.default_text.empty()) described["default"] = key.default_text;
  if (!key.example.empty() && !key.secret) described["examples"] = {key.example};
  return described;
}

Json section(Keys keys) {
  Json properties = Json::object(), required = Json::array();
  for (const Key& key : keys) {
    properties[std::string(key.name)] = property(key);
    if (key.required) required.push_back(key.name);
  }
  Json mapping = {
      {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) mapping["required"] = std::move(required);
  return mapping;
}

Json names_of(DeviceKinds kinds) {
  std::vector<std::string_view> names;
  for (const DeviceKind& kind : kinds) names.push_back(kind.name);
  return words(names);
}

/// Each kind takes its own keys; an editor shows those of all until it knows the kind.
void add_keys_of_kinds(DeviceKinds kinds, Json& device) {
  Json& properties = device["properties"];
  for (const DeviceKind& kind : kinds)
    for (const Key& key : kind.keys)
      if (!properties.contains(key.name)) properties[std::string(key.name)] = property(key);
  for (const DeviceKind& kind : kinds) {
    Json refused = Json::object();
    for (const DeviceKind& other : kinds)
      for (const Key& key : other.keys)
        if (find_key(kind.keys, key.name) == nullptr && find_key(kDeviceKeys, key.name) == nullptr)
          refused[std::string(key.name)] = false;
    Json own = Json::object();
    for (const Key& key : kind.keys) own[std::string(key.name)] = property(key);
    own.update(refused);
    device["allOf"].push_back({{"if", {{"properties", {{"kind", {{"const", kind.name}}}}}}},
                               {"then", {{"properties", std::move(own)}}}});
  }
}

/// A verb and its target beside the request's own keys, parts by name, or alternatives.
Json request(DeviceKinds kinds) {
  Json request = section(kRequestKeys);
  for (const DeviceKind& kind : kinds)
    for (const Verb& verb : kind.verbs)
      request["properties"][std::string(verb.word)] =
          any_of({scalar(), by_name(any_of({scalar(), list_of(scalar())}))});
  request["minProperties"] = 1;
  return request;
}

Json definitions(DeviceKinds kinds) {
  const Json simple = request(kinds);
  Json loop = simple;
  for (const Key& key : kQueryKeys)
    if (key.name == "each" || key.name == "where")
      loop["properties"][std::string(key.name)] = property(key);
  loop["properties"]["bind"] = by_name(scalar());
  loop["required"] = {"bind"};
  Json whole = simple;
  whole["properties"]["first"] = list_of(simple);
  whole["additionalProperties"] = ref("request");  // a part
  return {{"request", std::move(whole)}, {"loop", std::move(loop)}};
}

std::string text_of(const char* title, const Json& schema) {
  Json whole = {{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", title}};
  whole.update(schema);
  return whole.dump(2) + "\n";
}

}  // namespace

std::string config_schema(DeviceKinds kinds) {
  Json config = section(kRootKeys);
  Json& device = config["properties"]["devices"]["items"];
  device["properties"]["kind"].update(names_of(kinds));
  add_keys_of_kinds(kinds, device);
  for (const char* const place : {"devices", "device_files"})
    config["anyOf"].push_back({{"required", {place}}});
  return text_of("boxmeter.yml", config);
}

std::string pack_schema(DeviceKinds kinds) {
  Json pack = section(kPackKeys);
  pack["definitions"] = definitions(kinds);
  pack["properties"]["kind"].update(names_of(kinds));
  return text_of("a pack of queries of boxmeter", pack);
}

}  // namespace boxmeter
