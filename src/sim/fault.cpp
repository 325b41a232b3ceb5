#include "sim/fault.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "http/transport.h"
#include "sim/soap.h"

namespace boxmeter::sim {
namespace {

using http::ServerResponse;

constexpr std::pair<Fault, std::string_view> kNames[] = {
    {Fault::none, "none"},         {Fault::slow_drip, "slow-drip"}, {Fault::slow_body, "slow-body"},
    {Fault::reset, "reset"},       {Fault::close, "close"},         {Fault::silent, "silent"},
    {Fault::http500, "http500"},   {Fault::html, "html"},           {Fault::huge, "huge"},
    {Fault::truncate, "truncate"}, {Fault::bad_xml, "bad-xml"},     {Fault::bad_json, "bad-json"},
    {Fault::auth, "auth"},         {Fault::forbidden, "forbidden"},
};

constexpr std::size_t kHugeBody = 100'000'000;

// FRITZ!OS with "Zugriff für Anwendungen zulassen" switched off answers this with status 200.
constexpr std::string_view kAccessOff =
    "<HTML><HEAD><TITLE>404 Not Found (ERR_NOT_FOUND)</TITLE></HEAD><BODY><H1>404 Not Found</H1>"
    "<BR>ERR_NOT_FOUND<HR></BODY></HTML>\n";

/// False if the client or our server closed the connection within that time.
bool still_open(int socket, int milliseconds) {
  pollfd one{.fd = socket, .events = POLLRDHUP, .revents = 0};
  return ::poll(&one, 1, milliseconds) == 0;
}

void drip(http::Transport& client, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (!client.send_all(text.substr(i, 1)) || !still_open(client.socket(), 1000)) return;
}

/// connect() with AF_UNSPEC sends the RST at once, before the socket is closed.
void reset(const http::Transport& client) {
  const sockaddr nobody{.sa_family = AF_UNSPEC, .sa_data = {}};
  if (::connect(client.socket(), &nobody, sizeof nobody) != 0) return;  // closed already
}

std::string head_of(const ServerResponse& response, std::size_t body_size) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) +
                     " Simulated\r\nContent-Type: " + response.content_type +
                     "\r\nContent-Length: " + std::to_string(body_size) + "\r\n";
  for (const auto& [name, value] : response.headers)
    head.append(name).append(": ").append(value).append("\r\n");
  return head + "\r\n";
}

std::string body_of(const ServerResponse& response) {
  std::string body;
  for (const http::Chunk& chunk : response.body) body += *chunk;
  return body;
}

ServerResponse takes_over(std::function<void(http::Transport&)> instead) {
  ServerResponse response;
  response.instead = std::move(instead);
  return response;
}

void send_huge(http::Transport& client) {
  const std::string filler(64U << 10, ' ');
  const ServerResponse head{.status = 200, .content_type = "text/xml; charset=\"utf-8\""};
  if (!client.send_all(head_of(head, kHugeBody))) return;
  for (std::size_t left = kHugeBody; left > 0;) {
    const std::size_t part = std::min(left, filler.size());
    if (!client.send_all(std::string_view(filler).substr(0, part))) return;
    left -= part;
  }
}

/// The first two thirds of the body, which end inside an element or string in any real reply.
ServerResponse cut_short(ServerResponse answer) {
  std::string body = body_of(answer);
  body.resize(body.size() * 2 / 3);
  answer.body = {std::make_shared<const std::string>(std::move(body))};
  return answer;
}

/// Pages and interfaces of a Fritz!Box's web server, but not its login.
bool needs_session(std::string_view path) {
  return path.starts_with("/api/v0/") || path.starts_with("/webservices/") || path == "/data.lua" ||
         path == "/query.lua";
}

bool has_type(const ServerResponse& answer, std::string_view subtype) {
  return answer.content_type.find(subtype) != std::string::npos;
}

}  // namespace

std::string_view name(Fault fault) {
  return std::ranges::find(kNames, fault, &std::pair<Fault, std::string_view>::first)->second;
}

Fault find_fault(std::string_view name) {
  if (name.empty()) return Fault::none;
  for (const auto& [fault, known] : kNames)
    if (known == name) return fault;
  throw Error(ErrorKind::config,
              "unknown fault '" + std::string(name) + "' (known: " + fault_names() + ")");
}

std::string fault_names() {
  std::vector<std::string> names;
  for (const auto& [fault, known] : kNames) names.emplace_back(known);
  return joined(names);
}

std::optional<ServerResponse> instead_of_answer(Fault fault, std::string_view path) {
  switch (fault) {
    case Fault::reset:
      return takes_over(&reset);
    case Fault::close:
      return takes_over([](http::Transport&) {});
    case Fault::silent:
      return takes_over([](http::Transport& client) { still_open(client.socket(), -1); });
    case Fault::huge:
      return takes_over(&send_huge);
    case Fault::http500:
      return ServerResponse::text(500, error_page(500, "Internal Server Error", "ERR_INTERNAL"),
                                  std::string(kHtmlType));
    case Fault::html:
      return ServerResponse::text(200, std::string(kAccessOff), std::string(kHtmlType));
    case Fault::forbidden:
      if (!needs_session(path)) return std::nullopt;
      return ServerResponse::text(403, error_page(403, "Forbidden", "ERR_FORBIDDEN"),
                                  std::string(kHtmlType));
    default:
      return std::nullopt;
  }
}

ServerResponse spoiled(Fault fault, ServerResponse answer) {
  if (fault == Fault::bad_xml)
    return has_type(answer, "/xml") ? cut_short(std::move(answer)) : answer;
  if (fault == Fault::bad_json)
    return has_type(answer, "/json") ? cut_short(std::move(answer)) : answer;
  if (fault != Fault::slow_drip && fault != Fault::slow_body && fault != Fault::truncate)
    return answer;
  return takes_over([fault, body = body_of(answer), answer](http::Transport& client) {
    const std::string head = head_of(answer, body.size());
    if (fault == Fault::slow_drip) return drip(client, head + body);
    if (!client.send_all(head)) return;
    if (fault == Fault::slow_body) return drip(client, body);
    client.send_all(std::string_view(body).substr(0, body.size() / 2));
  });
}

}  // namespace boxmeter::sim
