#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "raw_server.h"

// A Fritz!Box for tests: answers what it was told, and writes down what it was asked.
namespace boxmeter::testing {

inline std::string soap(const std::string& content) {
  return "<?xml version=\"1.0\"?><s:Envelope "
         "xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>" +
         content + "</s:Body></s:Envelope>";
}

inline std::string answer(const std::string& arguments) {
  return soap("<u:Response xmlns:u=\"urn:x\">" + arguments + "</u:Response>");
}

inline std::string fault(int code) {
  return soap("<s:Fault><faultstring>UPnPError</faultstring><detail><UPnPError><errorCode>" +
              std::to_string(code) + "</errorCode></UPnPError></detail></s:Fault>");
}

inline std::string service_entry(const std::string& name, const std::string& type,
                                 const std::string& scpd = "") {
  return "<service><serviceType>" + type + "</serviceType><serviceId>urn:x:serviceId:" + name +
         "</serviceId><controlURL>/control/" + name + "</controlURL><SCPDURL>" + scpd +
         "</SCPDURL></service>";
}

/// A description with these services; a display of its own keeps test cases from sharing SCPDs.
inline std::string description(const std::string& display, int minor, int patch,
                               const std::string& services) {
  return "<root><systemVersion><Minor>" + std::to_string(minor) + "</Minor><Patch>" +
         std::to_string(patch) + "</Patch><Display>" + display +
         "</Display></systemVersion><device><modelName>Fake</modelName><serviceList>" + services +
         "</serviceList></device></root>";
}

class FakeFritzbox {
 public:
  struct Response {
    int status = 200;
    std::string body = {};
  };

  FakeFritzbox() : server_([this](Peer& peer) { serve(peer); }) {}

  std::string url() const { return "http://" + server_.where(); }
  int connections() const { return server_.connections(); }

  /// What a path ("/tr64desc.xml") or an action ("Hosts1.GetInfo") is answered with: each of the
  /// responses once, the last one for ever.  Anything else is 404, or 401 Invalid Action.
  void set(const std::string& what, std::vector<Response> responses) {
    state_.with([&](State& state) { state.responses[what] = std::move(responses); });
  }
  void set(const std::string& what, const std::string& body) { set(what, {{.body = body}}); }
  void refuse_logins(bool refused) {
    state_.with([&](State& state) { state.refused = refused; });
  }
  /// Services that ask for a login (all others answer anybody).
  void protect(const std::string& service) {
    state_.with([&](State& state) { state.is_protected[service] = true; });
  }
  /// What was asked since the last time, in order; " as NAME" where a login came with it.
  std::vector<std::string> asked() {
    return state_.with([](State& state) { return std::exchange(state.asked, {}); });
  }
  /// The body of the last request.
  std::string last_body() {
    return state_.with([](State& state) { return state.last_body; });
  }

 private:
  struct State {
    std::map<std::string, std::vector<Response>> responses = {};
    std::map<std::string, bool> is_protected = {};
    std::vector<std::string> asked = {};
    std::string last_body = {};
    bool refused = false;
  };

  static std::string between(const std::string& text, const std::string& from,
                             const std::string& to) {
    const auto start = text.find(from);
    if (start == std::string::npos) return "";
    return text.substr(start + from.size(),
                       text.find(to, start + from.size()) - start - from.size());
  }

  /// "DeviceInfo1" of its type; the short names of IGD services only stand in their path.
  static std::string service_of(const std::string& request, const std::string& path) {
    const std::string type = between(request, "urn:dslforum-org:service:", "#");
    if (type.empty()) return path.substr(path.rfind('/') + 1);
    const auto colon = type.find(':');
    return type.substr(0, colon) + type.substr(colon + 1);
  }

  void serve(Peer& peer) {
    for (std::string request = peer.read_request(); !request.empty();
         request = peer.read_request()) {
      const Response response = respond(request);
      const bool challenge = response.status == 401;
      peer.answer(response.status, response.body,
                  challenge
                      ? "WWW-Authenticate: Digest realm=\"HTTPS Access\",nonce=\"0123456789ABC"
                        "DEF\",algorithm=MD5,qop=\"auth\"\r\n"
                      : "Content-Type: text/xml\r\n");
    }
  }

  Response respond(const std::string& request) {
    const bool is_post = request.starts_with("POST ");
    const std::string path = between(request, " ", " ");
    const std::string service = is_post ? service_of(request, path) : "";
    const std::string what = is_post ? service + "." + between(request, "#", "\r\n") : path;
    const std::string user = between(request, "username=\"", "\"");
    return state_.with([&](State& state) -> Response {
      state.asked.push_back(what + (user.empty() ? "" : " as " + user));
      state.last_body = request.substr(request.find("\r\n\r\n") + 4);
      if (state.is_protected[service] && (user.empty() || state.refused))
        return {401, "<HTML><BODY>401 Unauthorized (ERR_NONE)</BODY></HTML>"};
      const auto found = state.responses.find(what);
      if (found == state.responses.end())
        return is_post ? Response{500, fault(401)} : Response{404, "<HTML>404</HTML>"};
      Response response = found->second.front();
      if (found->second.size() > 1) found->second.erase(found->second.begin());
      return response;
    });
  }

  Guarded<State> state_;
  RawServer server_;  // last: its threads use the state
};

}  // namespace boxmeter::testing
