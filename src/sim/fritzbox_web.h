#pragma once
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "sim/box.h"
#include "sim/moving.h"
#include "sim/web_login.h"

namespace boxmeter::sim {

/// The recorded answers of a Fritz!Box's web server.  Immutable: any thread.
struct WebScript {
  std::unordered_map<std::string, MovingText> aha =
      {};  // by "getdevicelistinfos", "COMMAND.ain=AIN"
  std::unordered_map<std::string, std::string> pages = {};      // of data.lua, by name
  std::unordered_map<std::string, std::string> variables = {};  // of query.lua
  std::unordered_map<std::string, http::Chunk> rest = {};       // by path below /api/v0/
};

/// Throws Error{config}.
WebScript read_web(const Recording& recording);

/// The web server of a Fritz!Box: login_sid.lua, and the pages that need its session.  Any thread.
class FritzboxWeb {
 public:
  /// Box::overruled(): for "aha:getdevicelistinfos" an HTTP status, html, empty or other; empty:
  /// not overruled.
  using Overruled = std::function<std::string(const std::string& request)>;

  FritzboxWeb(const WebScript& script, const BoxOptions& options, Stats& stats);

  /// nullopt for a path that does not belong to it.
  std::optional<http::ServerResponse> answer(const Visit& visit, const Overruled& overruled);
  void expire() { login_.expire(); }

 private:
  http::ServerResponse aha(const Visit& visit, const Overruled& overruled);
  http::ServerResponse page(const http::ServerRequest& request, const Overruled& overruled);
  http::ServerResponse query(const http::ServerRequest& request);
  http::ServerResponse rest(const http::ServerRequest& request, const Overruled& overruled);
  bool may(std::string_view right) const;
  std::string device_list(const Moment& moment) const;

  const WebScript& script_;
  const BoxOptions& options_;
  WebLogin login_;
  Guarded<std::string> changed_;  // the list of devices after the first change; empty before
};

}  // namespace boxmeter::sim
