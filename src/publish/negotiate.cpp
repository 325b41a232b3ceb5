#include "publish/negotiate.h"

#include <algorithm>
#include <optional>

#include "base/number.h"
#include "base/text.h"
#include "publish/gzip.h"

namespace boxmeter {
namespace {

/// One member of an Accept or Accept-Encoding header.
struct Offer {
  std::string name = {};     // lower case
  std::string version = {};  // its parameter, without quotes
  double q = 1;
};

Offer read_offer(std::string_view text) {
  const auto parts = split(text, ';');
  Offer offer{.name = lower(trim(parts.front()))};
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto part = trim(parts[i]);
    const auto equals = part.find('=');
    if (equals == std::string_view::npos) continue;
    const auto key = lower(trim(part.substr(0, equals)));
    auto value = trim(part.substr(equals + 1));
    if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"'))
      value = value.substr(1, value.size() - 2);
    if (key == "version") offer.version = value;
    if (key == "q") offer.q = parse_double(value).value_or(offer.q);
  }
  return offer;
}

bool is_openmetrics(const Offer& offer) {
  return offer.name == "application/openmetrics-text" &&
         (offer.version.empty() || offer.version == "1.0.0");
}

/// How closely the offer names text 0.0.4; 0 is not at all.
int closeness_to_text(const Offer& offer) {
  if (offer.name == "text/plain" && (offer.version.empty() || offer.version == "0.0.4")) return 3;
  if (offer.name == "text/*") return 2;
  return offer.name == "*/*" ? 1 : 0;
}

}  // namespace

Exposition negotiate(std::string_view accept) {
  double openmetrics = 0, text = 0;
  int closest = 0;
  for (const auto part : split(accept, ',')) {
    const auto offer = read_offer(part);
    if (is_openmetrics(offer)) openmetrics = std::max(openmetrics, offer.q);
    const int closeness = closeness_to_text(offer);
    if (closeness == 0 || closeness < closest) continue;
    text = closeness > closest ? offer.q : std::max(text, offer.q);
    closest = closeness;
  }
  return openmetrics > text ? Exposition::openmetrics : Exposition::text;
}

bool accepts_gzip(std::string_view accept_encoding) {
  std::optional<double> named, any;
  for (const auto part : split(accept_encoding, ',')) {
    const auto offer = read_offer(part);
    if (offer.name == "gzip" || offer.name == "x-gzip") named = offer.q;
    if (offer.name == "*") any = offer.q;
  }
  return named.value_or(any.value_or(0)) > 0;
}

void set_body(http::ServerResponse& response, const http::ServerRequest& request,
              std::string text) {
  constexpr std::size_t kWorthPacking = 1000;  // bytes
  const bool is_packed =
      text.size() >= kWorthPacking && accepts_gzip(request.header("accept-encoding"));
  if (is_packed) response.headers.emplace_back("Content-Encoding", "gzip");
  response.body = {
      std::make_shared<const std::string>(is_packed ? gzipped(text) : std::move(text))};
}

}  // namespace boxmeter
