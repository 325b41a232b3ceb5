#include "app/setup/setup.h"

#include <doctest/doctest.h>

#include "device/fritzbox/finding.h"

namespace boxmeter::setup_test {

TEST_CASE("a box that answers an M-SEARCH is where its answer says, and nowhere else") {
  const std::string answer =
      "HTTP/1.1 200 OK\r\nServer: FRITZ!Box 7590 UPnP/1.0 AVM FRITZ!Box 7590\r\n"
      "LOCATION: http://192.0.2.1:49000/tr64desc.xml\r\n\r\n";

  CHECK(fritzbox::ssdp_location(answer, "192.0.2.1") == "http://192.0.2.1:49000");
  CHECK(fritzbox::ssdp_location(answer, "192.0.2.66") == "");
  CHECK(fritzbox::ssdp_location("NOTIFY * HTTP/1.1\r\n" + answer.substr(17), "192.0.2.1") == "");
  CHECK(fritzbox::ssdp_location("HTTP/1.1 200 OK\r\n\r\n", "192.0.2.1") == "");
  CHECK(fritzbox::ssdp_location("", "192.0.2.1") == "");
}

TEST_CASE("a device is added behind the others, and everything else stays as it is written") {
  const std::string device = "  - name: new\n    kind: fritzbox\n";

  CHECK(setup::with_device("devices:\n  - name: old\n", device) ==
        "devices:\n  - name: old\n  - name: new\n    kind: fritzbox\n");
  CHECK(
      setup::with_device("devices:  # mine\n- name: old\n\n# log\nlog: {level: warn}", device) ==
      "devices:  # mine\n- name: old\n- name: new\n  kind: fritzbox\n\n# log\nlog: {level: warn}");
  CHECK(setup::with_device("devices:\n  - name: old", device) ==
        "devices:\n  - name: old\n  - name: new\n    kind: fritzbox\n");
  CHECK(setup::with_device("devices: [{name: old}]\n", device) == std::nullopt);
  CHECK(setup::with_device("log: {}\n", device) == std::nullopt);
  CHECK(setup::with_device("devices:\nlog: {}\n", device) == std::nullopt);
}

TEST_CASE("what a person typed is one value of YAML, whatever is in it") {
  const DeviceKind& kind = find_kind(shipped_kinds(), "fritzbox");
  setup::Box box{.kind = &kind,
                 .device = {.name = "home",
                            .kind = "fritzbox",
                            .url = "https://[2001:db8::1]:49443",
                            .username = "a: \"b\" ${HOME} # c"}};

  CHECK(setup::device_yaml(box, "credentials/home.password", {"fritzbox", "fritzbox_hosts"}) ==
        "  - name: home\n"
        "    kind: fritzbox\n"
        "    url: \"https://[2001:db8::1]:49443\"\n"
        "    username: \"a: \\\"b\\\" $${HOME} # c\"\n"
        "    password_file: credentials/home.password\n"
        "    queries: [fritzbox, fritzbox_hosts]\n");
}

}  // namespace boxmeter::setup_test
