#include "publish/probe.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/number.h"
#include "base/text.h"
#include "publish/exposition.h"
#include "publish/negotiate.h"

namespace boxmeter {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr Seconds kWayBack{0.5};
constexpr Seconds kLongest{120};
/// For a client that sends no timeout: a person.
constexpr Seconds kUsual{30};

const FamilyPtr kSuccess = std::make_shared<const Family>(
    Family{.name = "probe_success",
           .help = "Whether the box answered, took the login, and nothing was left unasked."});
const FamilyPtr kDuration = std::make_shared<const Family>(
    Family{.name = "probe_duration_seconds", .help = "How long the probe took."});

Seconds patience(const std::string& header) {
  if (header.empty()) return kUsual;
  const double seconds = parse_double(header).value_or(0);
  if (!(seconds > 0))
    throw Error(ErrorKind::config,
                "X-Prometheus-Scrape-Timeout-Seconds must be a number of seconds above 0");
  return std::min(std::max(Seconds(seconds) - kWayBack, Seconds(seconds) / 2), kLongest);
}

}  // namespace

ProbeQuestion read_probe(const http::ServerRequest& request, Clock::time_point now) {
  ProbeQuestion question;
  std::size_t targets = 0;
  for (const auto& [name, value] : request.query) {
    if (name == "target") {
      ++targets;
      question.device = value;
    } else if (name == "query") {
      for (const std::string_view word : split(value, ','))
        if (!word.empty()) question.names.emplace_back(word);
    } else {
      static const std::vector<std::string> kKnown = {"target", "query"};
      throw Error(ErrorKind::config, "unknown parameter '" + name + "'" +
                                         did_you_mean(name, kKnown) +
                                         "; a probe takes 'target' and 'query'");
    }
  }
  if (targets != 1 || question.device.empty())
    throw Error(ErrorKind::config,
                "a probe needs one 'target', the name of a device: /probe?target=DEVICE");
  question.until = now + std::chrono::duration_cast<Clock::duration>(
                             patience(request.header("x-prometheus-scrape-timeout-seconds")));
  return question;
}

http::ServerResponse probe_page(const http::ServerRequest& request, const View& view,
                                const ProbeOutcome& outcome, Clock::duration took) {
  const Exposition format = negotiate(request.header("accept"));
  std::string text =
      render(view,
             {one_point(kDuration, Number(Seconds(took).count())),
              one_point(kSuccess, Number(outcome.success ? std::uint64_t{1} : std::uint64_t{0}))},
             format);
  http::ServerResponse response{.content_type = std::string(content_type(format)),
                                .headers = {{"Vary", "Accept, Accept-Encoding"}}};
  set_body(response, request, std::move(text));
  return response;
}

}  // namespace boxmeter
