#include "publish/web.h"

#include <algorithm>

#include "base/guarded.h"
#include "http/server.h"
#include "publish/negotiate.h"
#include "publish/own_series.h"
#include "publish/page.h"
#include "publish/push.h"
#include "publish/scrapes.h"
#include "publish/site/site.h"
#include "publish/status_json.h"
#include "publish/web_guard.h"

namespace boxmeter {
namespace {

using http::ServerRequest;
using http::ServerResponse;

ServerResponse plain(int status, std::string text) {
  return ServerResponse::text(status, std::move(text));
}

// With a web file all addresses are TLS ones: for each new connection WebGuard::identity() says
// whether TLS is in fact used.
std::vector<std::string> tls_addresses(const WebOptions& options) {
  return options.config_file.empty() ? std::vector<std::string>() : options.listen;
}
std::vector<std::string> plain_addresses(const WebOptions& options) {
  return options.config_file.empty() ? options.listen : std::vector<std::string>();
}

/// Probes that may wait for their devices at the same time.
constexpr std::size_t kMostProbes = 512;

http::ServerOptions server_options(const WebOptions& options, WebGuard& guard) {
  http::ServerOptions server{
      .threads = 4, .later_threads = 2, .waiting_threads = kMostProbes, .connections = 1000};
  server.listen = plain_addresses(options);
  server.tls_listen = tls_addresses(options);
  server.identity = [&guard] { return guard.identity(); };
  server.refused = [&guard](const http::RefusedClient& refusal) { guard.count_refused(refusal); };
  return server;
}

}  // namespace

struct Web::State {
  State(const WebOptions& options, Store& of, WebSources handed_in)
      : store(of),
        sources(std::move(handed_in)),
        own(started),
        page(store),
        site(store,
             {.sinks = sources.sinks,
              .scrapes = [this] { return scrapes.newest(); },
              .config = [this] { return config_now(); },
              .way_out = sources.way_out},
             started),
        guard(options, own),
        server(prepared(options),
               [this](const ServerRequest& request) { return answer(request); }) {}

  struct Route {
    std::string_view path;
    bool posts;  // else GET and HEAD
    ServerResponse (State::*answer)(const ServerRequest&);
  };
  static const Route kRoutes[];

  /// Sets everything that requests need before the server starts.
  http::ServerOptions prepared(const WebOptions& options) {
    set_prefix(options);
    config_status.with([&](ConfigStatus& status) {
      status = {.file = sources.config_file, .read = WallClock::now()};
    });
    return server_options(options, guard);
  }
  void set_prefix(const WebOptions& options) {
    prefix_.with([&](std::string& prefix) { prefix = route_prefix(options); });
    external_url_.with([&](std::string& url) { url = options.external_url; });
  }
  std::string prefix() const {
    return prefix_.with([](const std::string& prefix) { return prefix; });
  }

  ServerResponse answer(ServerRequest asked);
  static bool strip_prefix(ServerRequest& request, const std::string& prefix);
  ServerResponse routed(const ServerRequest& request, const Route* route,
                        const std::string& prefix);
  ServerResponse finished(ServerResponse response, const Route* route, Clock::time_point began);

  ServerResponse metrics(const ServerRequest& request);
  ServerResponse landing(const ServerRequest& request) { return site.overview(request); }
  ServerResponse box(const ServerRequest& request) { return site.box(request); }
  ServerResponse updates(const ServerRequest& request) { return site.updates(request); }
  ServerResponse asset(const ServerRequest& request) { return site.asset(request); }
  ServerResponse devices(const ServerRequest&) {
    return ServerResponse::text(200, devices_json(store.devices(), sources.sinks()),
                                "application/json");
  }
  ServerResponse healthy(const ServerRequest&) { return plain(200, "boxmeter is healthy\n"); }
  ServerResponse ready(const ServerRequest&) {
    return store.complete() ? plain(200, "boxmeter is ready\n")
                            : plain(503, "not every device has been asked yet\n");
  }
  ServerResponse reload(const ServerRequest& request);
  ServerResponse config(const ServerRequest& request) {
    return plain(200,
                 as_comments(config_now()) + sources.config(!request.parameter("lines").empty()));
  }
  ConfigStatus config_now() const {
    return config_status.with([](const ConfigStatus& status) { return status; });
  }
  ServerResponse discovery(const ServerRequest& request);
  ServerResponse probe(const ServerRequest& request);

  Store& store;
  const WebSources sources;
  const WallClock::time_point started = WallClock::now();
  OwnSeries own;
  Guarded<ConfigStatus> config_status;
  Page page;
  Scrapes scrapes;
  const Site site;
  Guarded<std::string> prefix_;  // of all paths
  Guarded<std::string> external_url_;
  WebGuard guard;
  http::Server server;  // last: its threads use all of the above
};

const Web::State::Route Web::State::kRoutes[] = {
    {"/", false, &State::landing},        {"/metrics", false, &State::metrics},
    {"/devices", false, &State::devices}, {"/-/healthy", false, &State::healthy},
    {"/-/ready", false, &State::ready},   {"/probe", false, &State::probe},
    {"/sd", false, &State::discovery},    {"/config", false, &State::config},
    {"/-/reload", true, &State::reload},  {"/box", false, &State::box},
    {"/updates", false, &State::updates}, {"/page.css", false, &State::asset},
    {"/page.js", false, &State::asset},   {"/icon.svg", false, &State::asset},
};

ServerResponse Web::State::answer(ServerRequest asked) {
  const auto began = Clock::now();
  const std::string before = prefix();
  const bool ours = asked.control || strip_prefix(asked, before);
  const auto request = std::make_shared<const ServerRequest>(std::move(asked));
  const auto* route = std::find_if(std::begin(kRoutes), std::end(kRoutes),
                                   [&](const Route& one) { return one.path == request->path; });
  if (!ours || route == std::end(kRoutes)) route = nullptr;
  auto response = guard.guarded(*request, [=, this] { return routed(*request, route, before); });
  return finished(std::move(response), route, began);
}

ServerResponse Web::State::finished(ServerResponse response, const Route* route,
                                    Clock::time_point began) {
  if (response.later)
    return {.later =
                [this, route, later = std::move(response.later)] {
                  const auto begun = Clock::now();
                  return finished(later(), route, begun);
                },
            .waits = response.waits};
  guard.add_headers(response);
  own.count_request(route == nullptr ? "other" : std::string(route->path), response.status,
                    Clock::now() - began);
  return response;
}

/// False: the path does not begin with the prefix.  Health checks work without the prefix too.
bool Web::State::strip_prefix(ServerRequest& request, const std::string& prefix) {
  if (prefix.empty() || request.path == "/-/healthy" || request.path == "/-/ready") return true;
  if (!request.path.starts_with(prefix + "/")) return false;
  request.path.erase(0, prefix.size());
  return true;
}

ServerResponse Web::State::routed(const ServerRequest& request, const Route* route,
                                  const std::string& prefix) {
  if (route == nullptr && !prefix.empty() && (request.path == "/" || request.path == prefix)) {
    auto redirect = plain(302, "see " + prefix + "/\n");
    redirect.headers.emplace_back("Location", prefix + "/");
    return redirect;
  }
  if (route == nullptr) return plain(404, "not found; see " + prefix + "/ for what is\n");
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (route->posts ? request.method != "POST" : !reads) {
    const std::string allowed = route->posts ? "POST" : "GET, HEAD";
    auto refusal = plain(405, request.method + " is not for this path; it takes " + allowed + "\n");
    refusal.headers.emplace_back("Allow", allowed);
    return refusal;
  }
  return (this->*route->answer)(request);
}

ServerResponse Web::State::metrics(const ServerRequest& request) {
  const auto began = Clock::now();
  const auto format = negotiate(request.header("accept"));
  const std::vector<Series> ours = own.collect(sources.sinks());
  ServerResponse response{.content_type = std::string(content_type(format)),
                          .headers = {{"Vary", "Accept, Accept-Encoding"}}};
  if (accepts_gzip(request.header("accept-encoding"))) {
    response.headers.emplace_back("Content-Encoding", "gzip");
    response.body = page.gzip(ours, format, Clock::now());
  } else {
    response.body = page.plain(ours, format, Clock::now());
  }
  std::size_t bytes = 0;
  for (const http::Chunk& chunk : response.body) bytes += chunk->size();
  if (request.method == "GET")
    scrapes.add({.client = request.client,
                 .agent = request.header("user-agent"),
                 .last = WallClock::now(),
                 .took = Clock::now() - began,
                 .bytes = bytes});
  return response;
}

ServerResponse Web::State::discovery(const ServerRequest& request) {
  try {
    const std::string url = external_url_.with([](const std::string& given) { return given; });
    const ReachedBy reached = reached_by(request, url, prefix());
    return ServerResponse::text(200, discovery_json(*sources.devices(), request.query, reached),
                                "application/json");
  } catch (const Error& error) {
    return plain(400, std::string(error.what()) + "\n");
  }
}

ServerResponse Web::State::probe(const ServerRequest& request) {
  // A page of another site must not be able to trigger requests to the boxes.
  if (auto refusal = guard.refuse_foreign(request)) return *std::move(refusal);
  try {
    const auto began = Clock::now();
    return {.later =
                [this, request, began, question = read_probe(request, began)] {
                  const ProbeOutcome outcome = sources.probe(question);
                  if (!outcome.refusal.empty())
                    return plain(outcome.status, outcome.refusal + "\n");
                  // As of the beginning: else of a slow box the first answers would be too old.
                  return probe_page(request, store.view_of(question.device, outcome.queries, began),
                                    outcome, Clock::now() - began);
                },
            .waits = true};
  } catch (const Error& error) {
    return plain(400, std::string(error.what()) + "\n");
  }
}

ServerResponse Web::State::reload(const ServerRequest& request) {
  if (auto refusal = guard.refuse_foreign(request)) return *std::move(refusal);
  const Reloaded reloaded = sources.reload();
  return plain(reloaded.successful ? 200 : 500, reloaded.text);
}

Web::Web(const WebOptions& options, Store& store, WebSources sources)
    : state_(std::make_unique<State>(options, store, std::move(sources))) {}
Web::~Web() = default;

bool Web::still_answers() { return state_->server.still_answers(); }

void Web::note_reload(const Reloaded& reloaded) {
  const auto now = WallClock::now();
  state_->own.count_reload(reloaded.successful, now);
  state_->config_status.with([&](ConfigStatus& status) {
    if (reloaded.successful) status.read = now;
    status.last_reload = {.when = now, .outcome = reloaded};
  });
}

std::vector<int> Web::ports() const { return state_->server.ports(); }

std::vector<std::string> Web::addresses() const {
  const std::string scheme = state_->guard.identity() ? "https://" : "http://";
  const std::string path = state_->prefix() + "/";
  std::vector<std::string> all;
  for (const auto& address : state_->server.addresses()) {
    const bool is_unix = address.starts_with("unix:");
    all.push_back(is_unix ? address : std::string(scheme).append(address).append(path));
  }
  return all;
}

void Web::update(const WebOptions& options) {
  const auto rules = WebGuard::rules(options);
  state_->server.listen(plain_addresses(options), tls_addresses(options), [&] {
    state_->guard.use(rules);
    state_->set_prefix(options);
  });
}

std::vector<std::string> Web::control(const std::vector<std::string>& sockets) {
  return state_->server.control(sockets);
}

}  // namespace boxmeter
