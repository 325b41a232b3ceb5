#pragma once
#include <string>
#include <string_view>

#include "http/server.h"

namespace boxmeter::test {

/// Answers what was asked.
inline http::ServerResponse echo(const http::ServerRequest& request) {
  return http::ServerResponse::text(200, request.method + " " + request.path + " " + request.body);
}

inline std::string get(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n\r\n";
}

}  // namespace boxmeter::test
