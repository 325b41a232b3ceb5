#include <doctest/doctest.h>

#include "http/url.h"

namespace boxmeter::http_url_test {

using namespace http;

TEST_CASE("a URL is taken apart, and what was written comes back") {
  const auto url = parse_url("HTTPS://fritz.box:49443/tr064?a=b#c").value();

  CHECK(url.scheme == "https");
  CHECK(url.host == "fritz.box");
  CHECK(url.port == 49443);
  CHECK(url.rest == "/tr064?a=b#c");
  CHECK(url.origin() == "https://fritz.box:49443");
  CHECK(url.authority() == "fritz.box:49443");
  CHECK(!url.has_credentials);
}

TEST_CASE("a scheme, a port and a path may be left away") {
  const auto host = parse_url("fritz.box").value();
  CHECK(host.scheme == "");
  CHECK(host.origin() == "fritz.box");
  CHECK(!host.port);
  CHECK(host.host_and_port(80) == "fritz.box:80");
  CHECK(parse_url("192.0.2.1:80?to=http://x")->rest == "?to=http://x");
  CHECK(parse_url("http://a:0")->port == 0);
  CHECK(!parse_url("http://a:")->port);
}

TEST_CASE("an IPv6 address stands in brackets, with its zone") {
  const auto url = parse_url("http://[fe80::1%eth0]:80/").value();

  CHECK(url.host == "[fe80::1%eth0]");
  CHECK(url.plain_host() == "fe80::1%eth0");
  CHECK(url.authority() == "[fe80::1%eth0]:80");
  CHECK(parse_url("[::1]")->host == "[::1]");
}

TEST_CASE("credentials are told, whatever else is wrong, and not kept") {
  for (const auto* text : {"http://me:swordfish@192.0.2.1/", "me@host", "http://@x", "a b@"}) {
    CAPTURE(text);
    const auto url = parse_url(text).value();
    CHECK(url.has_credentials);
    CHECK(url.authority() == "");
  }
}

TEST_CASE("what is no address is none") {
  for (const auto* text : {"", "http://", ":80", "://host", "ht tp://host", "host:65536", "host:-1",
                           "host:port", "host:80:81", "::1", "[::1", "[::1]x", "[nonsense]", "a b",
                           "a,b", "a%41", "höst", "http:///path", "host:+80"})
    CHECK_MESSAGE(!parse_url(text), text);
  CHECK(!parse_url(std::string(254, 'a')));
}

}  // namespace boxmeter::http_url_test
