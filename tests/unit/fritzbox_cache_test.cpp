#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "base/file.h"
#include "device/fritzbox/box.h"
#include "device/fritzbox/options.h"
#include "error_of.h"
#include "fake_fritzbox.h"

namespace boxmeter::fritzbox_cache_test {

using namespace fritzbox;
using testing::answer;
using testing::description;
using testing::error_of;
using testing::FakeFritzbox;
using testing::service_entry;
using Asked = std::vector<std::string>;

namespace {

const std::string kScpd =
    "<scpd><actionList><action><name>GetInfo</name><argumentList>"
    "<argument><name>NewUpTime</name><direction>out</direction><relatedStateVariable>U"
    "</relatedStateVariable></argument></argumentList></action></actionList><serviceStateTable>"
    "<stateVariable><name>U</name><dataType>ui4</dataType><allowedValueRange><minimum>0</minimum>"
    "<maximum>9</maximum></allowedValueRange></stateVariable></serviceStateTable></scpd>";

std::string boxinfo(const std::string& version) {
  return "<j:BoxInfo "
         "xmlns:j=\"http://jason.avm.de/updatecheck/\"><j:Name>Fake</j:Name><j:Version>" +
         version + "</j:Version></j:BoxInfo>";
}

struct Kept {
  std::filesystem::path file =
      std::filesystem::temp_directory_path() /
      ("boxmeter-cache-" + std::to_string(::getpid()) + "-" + std::to_string(count++)) / "api.json";
  FakeFritzbox fake;
  std::string display;

  explicit Kept(std::string version) : display(std::move(version)) {
    fake.set("/tr64desc.xml",
             description(display, 7, 57,
                         service_entry("DeviceInfo1", "urn:dslforum-org:service:DeviceInfo:1",
                                       "/deviceinfoSCPD.xml")));
    fake.set("/deviceinfoSCPD.xml", kScpd);
    fake.set("DeviceInfo1.GetInfo", answer("<NewUpTime>5</NewUpTime>"));
    fake.set("/jason_boxinfo.xml", boxinfo(display));
  }
  ~Kept() { std::filesystem::remove_all(file.parent_path()); }

  /// What a program that starts, asks once and ends has asked the box.
  Asked run(bool verify = true) {
    http::Stop stop;
    Box box({.name = "home",
             .url = fake.url(),
             .username = "monitor",
             .own = Options{.api_cache = file, .verify_api_cache = verify}},
            stop);
    CHECK(box.catalog()->model() == "Fake");
    const Service* service = box.catalog()->find("DeviceInfo1");
    REQUIRE(service != nullptr);
    CHECK(box.scpd(*service)->find("GetInfo") != nullptr);
    return fake.asked();
  }

  static inline int count = 0;
};

const Asked kAnew = {"/tr64desc.xml", "/igddesc.xml", "/deviceinfoSCPD.xml"};

}  // namespace

TEST_CASE("what was kept comes back whole") {
  const CatalogPtr catalog = shared_catalog(
      Description{.model = "FRITZ!Box 7590",
                  .version = {7, 57, "154.07.57-kept", "226", "107893"},
                  .services = {{"Hosts1", "urn:dslforum-org:service:Hosts:1", "/c", "/hosts.xml"}}},
      Description{.services = {{"any1", "urn:schemas-any-com:service:Any:1", "/a", ""}}});
  const Scpd scpd = parse_scpd(kScpd);
  catalog->keep("/hosts.xml", scpd);
  const std::string text = to_cache(*catalog);

  const CatalogPtr back = from_cache(text);

  CHECK(*back == *catalog);
  CHECK(*back->scpd("/hosts.xml") == scpd);
  CHECK(to_cache(*back) == text);
  for (std::size_t length = 0; length + 2 < text.size(); length += 7)
    CHECK(error_of([&] { from_cache(text.substr(0, length)); }) == "protocol: it is damaged");
  CHECK(error_of([&] { from_cache("{\"format\": 99}"); }) ==
        "protocol: it is of another version of boxmeter");
}

TEST_CASE("a second start asks the box for one thing: whether it is still the same") {
  Kept kept("154.07.57-second");

  CHECK(kept.run() == kAnew);
  CHECK(kept.run() == Asked{"/jason_boxinfo.xml"});
  CHECK(kept.run(/*verify=*/false) == Asked{});
}

TEST_CASE("after an update of the firmware everything is read anew, and kept") {
  Kept kept("154.07.57-updated");
  kept.run();
  kept.fake.set("/jason_boxinfo.xml", boxinfo("154.08.02"));
  kept.fake.set("/tr64desc.xml",
                description("154.08.02", 8, 2,
                            service_entry("DeviceInfo1", "urn:dslforum-org:service:DeviceInfo:1",
                                          "/deviceinfoSCPD.xml")));

  CHECK(kept.run() ==
        Asked{"/jason_boxinfo.xml", "/tr64desc.xml", "/igddesc.xml", "/deviceinfoSCPD.xml"});
  CHECK(kept.run() == Asked{"/jason_boxinfo.xml"});
}

TEST_CASE("a box that does not say what it is is asked anew") {
  Kept kept("154.07.57-silent");
  kept.run();
  kept.fake.set("/jason_boxinfo.xml", "<html>no</html>");

  const Asked asked = kept.run();

  CHECK(asked.size() == 4);
  CHECK(asked[1] == "/tr64desc.xml");
}

TEST_CASE("a damaged cache is read anew and replaced") {
  Kept kept("154.07.57-damaged");
  kept.run();
  write_file(kept.file, "{\"format\": 1, \"services\": 7}");

  CHECK(kept.run() == kAnew);
  CHECK(kept.run() == Asked{"/jason_boxinfo.xml"});
}

TEST_CASE("a laboratory version is known by its build") {
  const Catalog catalog(
      Description{.model = "Fake", .version = {8, 2, "259.08.02", "259", "123456"}}, std::nullopt);

  CHECK(matches(catalog, boxinfo("259.08.02")));
  CHECK(matches(catalog, boxinfo("259.08.02-123456")));
  CHECK(!matches(catalog, boxinfo("259.08.02-123457")));
  CHECK(!matches(catalog, "no XML"));
}

TEST_CASE("each address has a file of its own") {
  CHECK(cache_file("/c", "192.0.2.1") == "/c/192_0_2_1.json");
  CHECK(cache_file("/c", "[2001:db8::1]") == "/c/_2001_db8__1_.json");
  CHECK(cache_file("/c", "../x") == "/c/___x.json");
}

}  // namespace boxmeter::fritzbox_cache_test
