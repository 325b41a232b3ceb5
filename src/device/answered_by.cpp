#include "device/answered_by.h"

#include "base/text.h"

namespace boxmeter {

bool is_html(std::string_view body) {
  const std::string start = lower(trim(body).substr(0, 14));
  return start.starts_with("<html") || start.starts_with("<!doctype html");
}

std::string answered_by(const http::Response& response, std::string_view otherwise) {
  std::string what = response.status == 200 ? "" : "HTTP " + std::to_string(response.status);
  if (is_html(response.body)) what += what.empty() ? "HTML" : " with HTML";
  std::string server = response.header("server").substr(0, 60);
  std::erase_if(server, [](char c) { return c < 0x20 || c > 0x7E; });
  const std::string from = server.empty() ? "" : " from '" + server + "'";
  if (!what.empty()) return what + from;
  return std::string(otherwise) + (from.empty() ? "" : "," + from);
}

}  // namespace boxmeter
