#include "publish/web_options.h"

#include "base/error.h"
#include "http/url.h"

namespace boxmeter {
namespace {

std::string without_slashes(std::string text) {
  while (text.ends_with('/')) text.pop_back();
  return text;
}

}  // namespace

std::string read_external_url(const std::string& text) {
  const auto url = http::parse_url(text);
  const bool good = url && (url->scheme == "http" || url->scheme == "https") &&
                    !url->has_credentials && url->rest.find_first_of("?#") == std::string::npos;
  if (!good)
    throw Error(ErrorKind::config, "external URL " + http::quoted_url(text) +
                                       " must look like https://example.org/boxmeter");
  return url->origin() + without_slashes(url->rest);
}

std::string read_route_prefix(const std::string& text) {
  std::string prefix = without_slashes(text.starts_with('/') ? text : "/" + text);
  if (prefix.find_first_of("?#% \t\r\n\"<>\\") != std::string::npos ||
      prefix.find("//") != std::string::npos)
    throw Error(ErrorKind::config,
                "route prefix " + http::quoted_url(text) + " must look like /boxmeter");
  return prefix;
}

std::string route_prefix(const WebOptions& options) {
  if (options.route_prefix) return *options.route_prefix;
  const auto url = http::parse_url(options.external_url);
  return url ? without_slashes(url->rest) : "";
}

}  // namespace boxmeter
