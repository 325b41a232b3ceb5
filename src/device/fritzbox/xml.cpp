#include "device/fritzbox/xml.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "device/answered_by.h"

namespace boxmeter::fritzbox {
namespace {

constexpr int kDeepest = 64;
constexpr std::ptrdiff_t kMostTags = 300'000;  // each costs up to 100 bytes in memory

/// Not recursive, since a hostile document may be a million levels deep.
bool is_too_deep(const pugi::xml_document& document) {
  int depth = 0;
  pugi::xml_node node = document.first_child();
  while (node) {
    if (node.first_child()) {
      if (++depth > kDeepest) return true;
      node = node.first_child();
      continue;
    }
    while (node && !node.next_sibling()) {
      node = node.parent();
      --depth;
    }
    if (node) node = node.next_sibling();
  }
  return false;
}

bool is_declaration_of_namespace(std::string_view attribute) {
  return attribute == "xmlns" || attribute.starts_with("xmlns:");
}

void add(Reply& object, const char* name, Reply value) {
  const auto [place, is_new] = object.emplace(name, Reply());
  if (is_new) {
    *place = std::move(value);
  } else if (place->is_array()) {
    place->push_back(std::move(value));
  } else {
    Reply first = std::move(*place);
    *place = Reply::array({std::move(first), std::move(value)});
  }
}

}  // namespace

pugi::xml_document parse_xml(std::string_view body) {
  if (trim(body).empty()) throw Error(ErrorKind::protocol, "the answer is empty");
  if (is_html(body)) throw Error(ErrorKind::protocol, "the answer is HTML instead of XML");
  if (std::ranges::count(body, '<') > kMostTags)
    throw Error(ErrorKind::too_large,
                "the answer has more than " + std::to_string(kMostTags) + " tags");
  pugi::xml_document document;
  const auto load = [&document](std::string_view utf8) {
    return document.load_buffer(utf8.data(), utf8.size(), pugi::parse_default, pugi::encoding_utf8);
  };
  const pugi::xml_parse_result result = is_utf8(body) ? load(body) : load(repair_utf8(body));
  // After a failure the document holds what was read so far, which must not be used.
  if (!result)
    throw Error(ErrorKind::protocol, "the answer is not XML: " + lower(result.description()) +
                                         " at byte " + std::to_string(result.offset));
  if (is_too_deep(document))
    throw Error(ErrorKind::too_large,
                "the answer is nested deeper than " + std::to_string(kDeepest) + " levels");
  return document;
}

std::string_view local_name(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const auto colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

pugi::xml_node child(const pugi::xml_node& parent, std::string_view name) {
  return parent.find_child([name](const pugi::xml_node& node) {
    return node.type() == pugi::node_element && local_name(node) == name;
  });
}

std::string text(const pugi::xml_node& element) {
  const pugi::xml_node first = element.first_child();
  if (first && !first.next_sibling() && first.type() == pugi::node_pcdata)
    return std::string(trim(first.value()));
  std::string joined;
  for (const pugi::xml_node& node : element)
    if (node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata) joined += node.value();
  return std::string(trim(joined));
}

Reply to_json(const pugi::xml_node& element) {
  Reply object = Reply::object();
  for (const pugi::xml_attribute& attribute : element.attributes())
    if (!is_declaration_of_namespace(attribute.name()))
      object["@" + std::string(attribute.name())] = std::string(trim(attribute.value()));
  bool has_elements = false;
  for (const pugi::xml_node& node : element) {
    if (node.type() != pugi::node_element) continue;
    has_elements = true;
    if (Reply value = to_json(node); !value.is_null()) add(object, node.name(), std::move(value));
  }
  std::string own = text(element);
  if (object.empty() && !has_elements) return own.empty() ? Reply() : Reply(std::move(own));
  if (!own.empty()) object["#text"] = std::move(own);
  return object;
}

Reply xml_to_json(std::string_view body) {
  const pugi::xml_document document = parse_xml(body);
  Reply reply = to_json(document.document_element());
  return reply.is_null() ? Reply::object() : reply;
}

}  // namespace boxmeter::fritzbox
