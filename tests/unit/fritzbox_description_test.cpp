#include <doctest/doctest.h>

#include <string>

#include "base/error.h"
#include "base/text.h"
#include "device/fritzbox/tr064/catalog.h"
#include "device/fritzbox/tr064/description.h"

namespace boxmeter::fritzbox_description_test {

using namespace fritzbox;

namespace {

std::string service(const std::string& name, const std::string& type, const std::string& path) {
  return "<service><serviceType>" + type + "</serviceType><serviceId>urn:x-com:serviceId:" + name +
         "</serviceId><controlURL>" + path + "</controlURL><eventSubURL>" + path +
         "</eventSubURL><SCPDURL>/" + name + "SCPD.xml</SCPDURL></service>";
}

std::string tr064(const std::string& display, const std::string& minor, const std::string& patch) {
  return "<?xml version=\"1.0\"?><root xmlns=\"urn:dslforum-org:device-1-0\"><systemVersion><HW>226"
         "</HW><Major>154</Major><Minor>" +
         minor + "</Minor><Patch>" + patch + "</Patch><Buildnumber>1</Buildnumber><Display>" +
         display +
         "</Display></systemVersion><device><modelName>FRITZ!Box 7590</modelName><serviceList>\n"
         "<!-- 1 -->" +
         service("DeviceInfo1", "urn:dslforum-org:service:DeviceInfo:1",
                 "/upnp/control/deviceinfo") +
         "<!-- 2 -->" + service("evil1", "urn:x\r\nX-Header: 1", "/upnp/control/evil") +
         service("far1", "urn:x:1", "http://198.51.100.7:80/elsewhere?a=1") +
         service("lost1", "urn:x:1", "") + "</serviceList><deviceList><device><serviceList>" +
         service("WLANConfiguration2", "urn:dslforum-org:service:WLANConfiguration:2",
                 "/upnp/control/wlanconfig2") +
         "</serviceList><deviceList><device><serviceList>" +
         service("Hosts1", "urn:dslforum-org:service:Hosts:1", "/upnp/control/hosts") +
         "</serviceList></device></deviceList></device></deviceList></device></root>";
}

const std::string kIgd =
    "<root xmlns=\"urn:schemas-upnp-org:device-1-0\"><device><modelName>FRITZ!Box "
    "7590</modelName><deviceList><device><serviceList>" +
    service("WANCommonIFC1", "urn:schemas-upnp-org:service:WANCommonInterfaceConfig:1",
            "/igdupnp/control/WANCommonIFC1") +
    "</serviceList></device></deviceList></device></root>";

std::string complaint(const Catalog& catalog, const std::string& name) {
  try {
    return "found " + catalog.service(name).type;
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::refused);
    CHECK(error.refusal() == Refusal::unsupported);
    return error.what();
  }
}

std::string names(const Catalog& catalog) {
  std::vector<std::string> all;
  for (const Service& each : catalog.services()) all.push_back(each.name);
  return boxmeter::joined(all, " ");
}

}  // namespace

TEST_CASE("a description lists the services of all devices inside, past comments") {
  const Description description = parse_description(tr064("154.07.57", "7", "57"));

  CHECK(description.model == "FRITZ!Box 7590");
  CHECK(description.version ==
        SystemVersion{
            .minor = 7, .patch = 57, .display = "154.07.57", .hardware = "226", .build = "1"});
  REQUIRE(description.services.size() == 4);
  CHECK(description.services[0] == Service{.name = "DeviceInfo1",
                                           .type = "urn:dslforum-org:service:DeviceInfo:1",
                                           .control_url = "/upnp/control/deviceinfo",
                                           .scpd_url = "/DeviceInfo1SCPD.xml"});
  CHECK(!description.services[0].is_igd());
  CHECK(description.services[2].name == "WLANConfiguration2");
  CHECK(description.services[3].name == "Hosts1");
}

TEST_CASE("an address that names another host is taken as a path on this box") {
  CHECK(parse_description(tr064("x", "7", "1")).services[1].control_url == "/elsewhere?a=1");
  CHECK(path_of("/a/b?c=d#e") == "/a/b?c=d");
  CHECK(path_of("https://box.invalid:49443/calllist.lua?sid=1") == "/calllist.lua?sid=1");
  CHECK(path_of("https://box.invalid") == "/");
  CHECK(path_of("//198.51.100.7/x") == "//198.51.100.7/x");  // a path here: the host comes before
  CHECK(path_of("relative") == "");
  CHECK(path_of("") == "");
  CHECK(path_of("/a b") == "");
  CHECK(path_of("/a\r\nX: y") == "");
}

TEST_CASE("versions are compared as numbers: 8.2 is older than 8.20") {
  const SystemVersion version{.minor = 8, .patch = 2};

  CHECK(version.is_at_least(8, 2));
  CHECK(!version.is_at_least(8, 20));
  CHECK(version.is_at_least(7, 24));
  CHECK(!SystemVersion{.minor = 6, .patch = 98}.is_at_least(7, 24));
  CHECK(!SystemVersion{.minor = 7, .patch = 12}.is_at_least(7, 24));
}

TEST_CASE("what is no description says so") {
  CHECK_THROWS_WITH_AS(parse_description("<scpd/>"),
                       "the answer is XML but not a description: there is no 'device' in it",
                       Error);
  CHECK_THROWS_WITH_AS(parse_description("<HTML>off</HTML>"), "the answer is HTML instead of XML",
                       Error);
}

TEST_CASE("IGD services stand beside the TR-064 ones and need no login") {
  const Catalog catalog(parse_description(tr064("x", "7", "57")), parse_description(kIgd));

  CHECK(catalog.service("WANCommonIFC1").is_igd());
  CHECK(catalog.service("Hosts1").control_url == "/upnp/control/hosts");
  CHECK(names(catalog) == "WANCommonIFC1 DeviceInfo1 far1 WLANConfiguration2 Hosts1");
}

TEST_CASE("a service that both descriptions have is the TR-064 one, and listed once") {
  const Catalog catalog(
      parse_description(tr064("x", "7", "57")),
      Description{.services = {{.name = "Hosts1", .type = "urn:schemas-upnp-org:service:Hosts:1"},
                               {.name = "any1", .type = "urn:schemas-any-com:service:Any:1"}}});

  CHECK(names(catalog) == "Hosts1 any1 DeviceInfo1 far1 WLANConfiguration2");
  CHECK(!catalog.service("Hosts1").is_igd());
}

TEST_CASE("an unknown service is unsupported, with the way out") {
  const Catalog whole(parse_description(tr064("x", "7", "57")), parse_description(kIgd));
  const Catalog without_igd(parse_description(tr064("x", "7", "57")), std::nullopt);

  CHECK(complaint(whole, "Host1") == "this box has no service 'Host1' (did you mean 'Hosts1'?)");
  CHECK(complaint(whole, "X_AVM-DE_WANFiber1") == "this box has no service 'X_AVM-DE_WANFiber1'");
  CHECK(complaint(whole, "X_AVM-DE_Evil1") == "this box has no service 'X_AVM-DE_Evil1'");
  CHECK(complaint(without_igd, "WANCommonIFC1") ==
        "this box has no service 'WANCommonIFC1' (switch on 'Transmit status information over "
        "UPnP' in the box's network settings)");
}

TEST_CASE("boxes of one model and firmware share one catalog and its SCPDs") {
  const auto catalog = [](const std::string& display) {
    return shared_catalog(parse_description(tr064(display, "7", "57")), parse_description(kIgd));
  };
  const CatalogPtr one = catalog("154.07.57-shared");
  one->keep("/a.xml", {.actions = {{.name = "GetInfo"}}});

  const CatalogPtr two = catalog("154.07.57-shared");
  const CatalogPtr other = catalog("154.07.58-shared");

  CHECK(two == one);
  CHECK(two->scpd("/a.xml")->find("GetInfo") != nullptr);
  CHECK(two->scpd("/b.xml") == nullptr);
  CHECK(other != one);
  CHECK(other->scpd("/a.xml") == nullptr);
  CHECK(catalog("") != catalog(""));  // no version: nobody knows whether they are the same
}

}  // namespace boxmeter::fritzbox_description_test
