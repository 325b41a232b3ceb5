#include "device/answered_by.h"

namespace boxmeter {

std::string answered_by(const http::Response& response, bool is_html, std::string_view otherwise) {
  std::string what = response.status == 200 ? "" : "HTTP " + std::to_string(response.status);
  if (is_html) what += what.empty() ? "HTML" : " with HTML";
  if (what.empty()) what = otherwise;
  std::string server = response.header("server").substr(0, 60);
  std::erase_if(server, [](char c) { return c < 0x20 || c > 0x7E; });
  if (!server.empty()) what += " from '" + server + "'";
  return what;
}

}  // namespace boxmeter
