#include "device/fritzbox/web/aha.h"

#include <algorithm>

#include "base/number.h"
#include "base/text.h"
#include "device/fritzbox/xml.h"

namespace boxmeter::fritzbox {
namespace {

/// A number, or null for "-" and anything else that is not a whole number.
Reply sample(std::string_view text) {
  const auto value = parse_integer<std::int64_t>(trim(text));
  return value ? Reply(*value) : Reply();
}

Reply samples(const std::string& text) {
  Reply values = Reply::array();
  for (const std::string_view part : split(text, ',')) values.push_back(sample(part));
  return values;
}

/// Replaces the text of <stats count="2" grid="900">200,-</stats> by the array `values`.
void split_samples(Reply& stats) {
  if (stats.is_array()) {
    for (Reply& each : stats) split_samples(each);
  } else if (stats.is_string()) {
    stats = Reply{{"values", samples(stats.get<std::string>())}};
  } else if (const auto text = stats.find("#text"); text != stats.end()) {
    Reply values = samples(text->get<std::string>());
    stats.erase(text);
    stats["values"] = std::move(values);
  }
}

void split_all_samples(Reply& device_stats) {
  for (Reply& quantity : device_stats)
    if (quantity.is_object() && quantity.contains("stats")) split_samples(quantity["stats"]);
}

}  // namespace

bool is_reading_command(std::string_view command) { return command.starts_with("get"); }

Reply parse_aha(std::string_view body) {
  const std::string_view text = trim(body);
  if (!text.starts_with('<')) {
    const bool is_absent = text.empty() || text == "inval";
    return is_absent ? Reply::object() : Reply{{"value", repair_utf8(text)}};
  }
  const pugi::xml_document document = parse_xml(body);
  Reply reply = to_json(document.document_element());
  if (reply.is_null()) return Reply::object();
  if (local_name(document.document_element()) == "devicestats" && reply.is_object())
    split_all_samples(reply);
  return reply;
}

Reply aha_as_sent(std::string_view content_type, std::string_view body) {
  const auto semicolon = std::min(content_type.find(';'), content_type.size());
  constexpr std::string_view kCharset = "charset=";
  const std::string parameters = lower(content_type.substr(semicolon));
  const auto charset = parameters.find(kCharset);
  std::string encoding =
      charset == std::string::npos ? "" : parameters.substr(charset + kCharset.size());
  encoding.erase(std::min(encoding.find(';'), encoding.size()));
  std::erase(encoding, '"');
  return Reply{{"content-type", trim(content_type.substr(0, semicolon))},
               {"encoding", trim(encoding)},
               {"content", repair_utf8(body)}};
}

}  // namespace boxmeter::fritzbox
