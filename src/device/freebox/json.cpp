#include "device/freebox/json.h"

#include "base/text.h"

namespace boxmeter::freebox {

Reply parse_answer(int status, std::string_view body) {
  try {
    return parse_json(body);
  } catch (const Error& error) {
    if (status < 400) throw;
    throw Error(error.kind(), "HTTP " + std::to_string(status) + ": " + error.what());
  }
}

std::string text_at(const Reply& object, const char* member) {
  const auto found = object.is_object() ? object.find(member) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text.substr(0, 200))
    line += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  if (text.size() > 200) line += "...";
  return repair_utf8(trim(line));
}

}  // namespace boxmeter::freebox
