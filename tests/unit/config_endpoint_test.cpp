#include <doctest/doctest.h>
#include <spdlog/fmt/fmt.h>

#include <string>

#include "config_folder.h"
#include "device/fritzbox/options.h"

namespace boxmeter::config_endpoint_test {

using namespace test;

namespace {

std::string shown(const http::TlsPolicy& tls) {
  return fmt::format("tls {} {} {} {}", static_cast<int>(tls.mode), tls.ca_file.string(), tls.pin,
                     tls.known_key.string());
}

}  // namespace

TEST_CASE("addresses are completed with what is usual for the kind") {
  const ConfigFolder folder;
  struct Row {
    const char *kind, *url, *meaning;
  };
  const Row rows[] = {
      {"fritzbox", "fritz.box", "http://fritz.box:49000"},
      {"fritzbox", "192.0.2.1:8080", "http://192.0.2.1:8080"},
      {"fritzbox", "http://fritz.box", "http://fritz.box:49000"},
      {"fritzbox", "https://fritz.box/", "https://fritz.box:49443"},
      {"fritzbox", "HTTPS://fritz.box:443", "https://fritz.box:443"},
      {"fritzbox", "'http://[2001:db8::1]:49000'", "http://[2001:db8::1]:49000"},
      {"fritzbox", "'[2001:db8::1]'", "http://[2001:db8::1]:49000"},
      {"fritzbox", "https://box.invalid:40123/tr064", "https://box.invalid:40123/tr064"},
      {"fritzbox", "https://box.invalid/tr064/", "https://box.invalid/tr064"},
      {"freebox", "mafreebox.freebox.fr", "https://mafreebox.freebox.fr"},
      {"freebox", "http://192.0.2.1", "http://192.0.2.1"}};
  for (const Row& row : rows) {
    CAPTURE(row.url);
    const bool is_freebox = row.kind == std::string("freebox");
    const Config config =
        folder.load(fmt::format("devices: [{{name: home, kind: {}, url: {}, {}}}]\n", row.kind,
                                row.url, is_freebox ? "app_token: x, app_id: y" : "password: x"));
    CHECK(config.jobs.at(0).device.url == row.meaning);
  }
}

TEST_CASE("a path is for remote access, which is by https") {
  const ConfigFolder folder;
  const auto complaint = [&](const std::string& keys) {
    return folder.complaint("devices: [{name: home, kind: fritzbox, password: x, " + keys + "}]\n");
  };

  CHECK(complaint("url: http://box.invalid/tr064") ==
        "boxmeter.yml:1:58: remote access ('/tr064') is by https only");
  CHECK(complaint("url: https://box.invalid/tr46") ==
        "boxmeter.yml:1:58: 'url' of a device has no path and no query: remove '/tr46'");
  CHECK(complaint("web_url: box.invalid") ==
        "boxmeter.yml:1:62: 'web_url' must look like http://host:port, not 'box.invalid'");
  const Config config = folder.load(
      "devices: [{name: home, kind: fritzbox, password: x, web_url: 'http://[::1]:8080/'}]\n");
  CHECK(own_options<fritzbox::Options>(config.jobs.at(0).device).web_url == "http://[::1]:8080");
}

TEST_CASE("the call monitor is beside the box, or where it is said to be") {
  const ConfigFolder folder;
  const auto place = [&](const std::string& keys) {
    const Config config =
        folder.load("devices: [{name: home, kind: fritzbox, password: x, " + keys + "}]\n");
    return own_options<fritzbox::Options>(config.jobs.at(0).device).call_monitor;
  };

  CHECK(place("call_monitor: true") == "169.254.1.1:1012");
  CHECK(place("url: 'https://[::1]', call_monitor: true") == "[::1]:1012");
  CHECK(place("url: 'https://box.invalid/tr064', call_monitor: true") == "box.invalid:1012");
  CHECK(place("call_monitor: false") == "");
  CHECK(place("call_monitor: 'box.invalid:2012'") == "box.invalid:2012");
  CHECK(folder.complaint("devices: [{name: home, kind: fritzbox, password: x, "
                         "call_monitor: 1012}]\n") ==
        "boxmeter.yml:1:67: 'call_monitor' must be true, false or host:port, not '1012'");
}

TEST_CASE("whom to believe on https") {
  const ConfigFolder folder;
  folder.write("ca.pem", "-----BEGIN CERTIFICATE-----\n");
  const auto tls = [&](const std::string& text) {
    return shown(folder
                     .load("state_dir: s\ndevices: [{name: home, kind: fritzbox, password: x, url: "
                           "https://192.0.2.1" +
                           text + "}]\n")
                     .jobs.at(0)
                     .device.tls);
  };
  const std::string pin = "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

  CHECK(tls("") == "tls 1   s/pins/home");
  CHECK(tls(", tls: first-use") == "tls 1   s/pins/home");
  CHECK(tls(", tls: {verify: first-use}") == "tls 1   s/pins/home");
  CHECK(tls(", tls: system") == "tls 0   ");
  CHECK(tls(", tls: {verify: insecure}") == "tls 4   ");
  CHECK(tls(", tls: {ca_file: ca.pem}") == "tls 2 ca.pem  ");
  CHECK(tls(", tls: {pin: \"" + pin + "\"}") == "tls 3  " + pin + " ");
}

}  // namespace boxmeter::config_endpoint_test
