#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "device/fritzbox/box.h"
#include "device/fritzbox/fritzbox.h"
#include "fake_fritzbox.h"

namespace boxmeter::fritzbox_box_test {

using testing::answer;
using testing::description;
using testing::FakeFritzbox;
using testing::fault;
using testing::service_entry;
using Asked = std::vector<std::string>;

namespace {

const std::string kDsl = "urn:dslforum-org:service:";
const std::string kUpnp = "urn:schemas-upnp-org:service:";

const std::string kIgd =
    description("", 0, 0, service_entry("WANCommonIFC1", kUpnp + "WANCommonInterfaceConfig:1"));

const std::string kScpd =
    "<scpd><actionList><action><name>GetInfo</name><argumentList>"
    "<argument><name>NewUpTime</name><direction>out</direction><relatedStateVariable>U"
    "</relatedStateVariable></argument></argumentList></action></actionList><serviceStateTable>"
    "<stateVariable><name>U</name><dataType>ui4</dataType></stateVariable></serviceStateTable>"
    "</scpd>";

/// A box that has DeviceInfo1 (behind a login), Hosts1, LANConfigSecurity1 and WANCommonIFC1.
void furnish(FakeFritzbox& fake, const std::string& display, int minor = 7, int patch = 57,
             const std::string& more = "") {
  fake.set(
      "/tr64desc.xml",
      description(display, minor, patch,
                  service_entry("DeviceInfo1", kDsl + "DeviceInfo:1", "/deviceinfoSCPD.xml") +
                      service_entry("Hosts1", kDsl + "Hosts:1") +
                      service_entry("LANConfigSecurity1", kDsl + "LANConfigSecurity:1") + more));
  fake.set("/igddesc.xml", kIgd);
  fake.set("/deviceinfoSCPD.xml", kScpd);
  fake.set("DeviceInfo1.GetInfo", answer("<NewUpTime>500</NewUpTime><NewName>7</NewName>"));
  fake.set("WANCommonIFC1.GetAddonInfos", answer("<NewTotalBytesSent>9</NewTotalBytesSent>"));
  fake.protect("DeviceInfo1");
}

DeviceConfig config(const FakeFritzbox& fake, const std::string& user = "monitor",
                    const std::string& password = "secret") {
  return {.name = "home",
          .kind = "fritzbox",
          .url = fake.url(),
          .username = user,
          .credential = {.value = Secret(password)}};
}

/// A device and the requests that tests make of it.
struct Asking {
  http::Stop stop;
  std::unique_ptr<Device> device;

  explicit Asking(const DeviceConfig& config) : device(fritzbox::kKind.open(config, stop)) {}

  std::string tr064(const std::string& target) {
    return device->call({.verb = "tr064", .target = target}).dump();
  }
  std::string list(const std::string& target) {
    return device->call({.verb = "list", .target = target}).dump();
  }
  /// "kind/refusal: message"
  std::string error(const Request& request) {
    try {
      return "no error: " + device->call(request).dump();
    } catch (const Error& error) {
      const char* refusals[] = {"", "/idle", "/unsupported", "/denied"};
      return std::string(name(error.kind())) + refusals[static_cast<int>(error.refusal())] + ": " +
             error.what();
    }
  }
  std::string error(const std::string& target) {
    return error({.verb = "tr064", .target = target});
  }
};

}  // namespace

TEST_CASE("the kind's row says what the configuration needs to know") {
  CHECK(fritzbox::kKind.name == "fritzbox");
  CHECK(fritzbox::kKind.default_url == "http://169.254.1.1:49000");
  CHECK(fritzbox::kKind.default_pack == "fritzbox");
  CHECK(fritzbox::kKind.default_tls == http::TlsMode::first_use);
  CHECK(fritzbox::kKind.keys.size() == 5);
  CHECK_THROWS_AS(fritzbox::kKind.check({.verb = "tr46"}), Error);
}

TEST_CASE("a box is asked for no more than the request needs, on one connection") {
  FakeFritzbox fake;
  furnish(fake, "requests");
  Asking box(config(fake));
  CHECK(fake.connections() == 0);

  CHECK(box.tr064("WANCommonIFC1.GetAddonInfos") == R"({"NewTotalBytesSent":"9"})");
  CHECK(fake.asked() == Asked{"/tr64desc.xml", "/igddesc.xml", "WANCommonIFC1.GetAddonInfos"});
  CHECK(box.tr064("DeviceInfo:1.GetInfo") == R"({"NewName":"7","NewUpTime":500})");
  CHECK(fake.asked() ==
        Asked{"/deviceinfoSCPD.xml", "DeviceInfo1.GetInfo", "DeviceInfo1.GetInfo as monitor"});
  CHECK(box.tr064("DeviceInfo.GetInfo") == R"({"NewName":"7","NewUpTime":500})");
  CHECK(fake.asked() == Asked{"DeviceInfo1.GetInfo as monitor"});
  CHECK(box.tr064("WANCommonIFC1.GetAddonInfos") == R"({"NewTotalBytesSent":"9"})");
  CHECK(fake.asked() == Asked{"WANCommonIFC1.GetAddonInfos"});
  CHECK(box.device->logins() == 1);
  CHECK(fake.connections() == 1);
}

TEST_CASE("what a box can be asked is listed without a login, in its order") {
  FakeFritzbox fake;
  furnish(fake, "listing");
  http::Stop stop;
  fritzbox::Box box(config(fake, "", ""), stop);

  std::string listing;
  for (const fritzbox::Service& service : box.catalog()->services()) {
    listing += service.name + ":";
    if (const auto scpd = box.scpd(service))
      for (const fritzbox::Action& action : scpd->actions) listing += " " + action.name;
    listing += "\n";
  }

  CHECK(listing == "WANCommonIFC1:\nDeviceInfo1: GetInfo\nHosts1:\nLANConfigSecurity1:\n");
  CHECK(box.catalog()->model() == "Fake");
  CHECK(fake.asked() == Asked{"/tr64desc.xml", "/igddesc.xml", "/deviceinfoSCPD.xml"});
}

TEST_CASE("a second box of the same model and firmware reads no SCPD") {
  FakeFritzbox one, two;
  furnish(one, "shared SCPD");
  furnish(two, "shared SCPD");
  Asking first(config(one)), second(config(two));

  first.tr064("DeviceInfo1.GetInfo");
  CHECK(second.tr064("DeviceInfo1.GetInfo") == R"({"NewName":"7","NewUpTime":500})");

  CHECK(two.asked() == Asked{"/tr64desc.xml", "/igddesc.xml", "DeviceInfo1.GetInfo",
                             "DeviceInfo1.GetInfo as monitor"});
}

TEST_CASE("values of a service without an SCPD stay text, and it is not asked for again") {
  FakeFritzbox fake;
  furnish(fake, "no SCPD");
  fake.set("/deviceinfoSCPD.xml", {{.status = 404, .body = "<HTML>404</HTML>"}});
  Asking box(config(fake));

  CHECK(box.tr064("DeviceInfo1.GetInfo") == R"({"NewName":"7","NewUpTime":"500"})");
  fake.asked();
  CHECK(box.tr064("DeviceInfo1.GetInfo") == R"({"NewName":"7","NewUpTime":"500"})");
  CHECK(fake.asked() == Asked{"DeviceInfo1.GetInfo as monitor"});
}

TEST_CASE("each refusal of a box says what, why and the way out") {
  FakeFritzbox fake;
  furnish(fake, "refusals");
  Asking box(config(fake));
  const auto after = [&](std::vector<FakeFritzbox::Response> responses) {
    fake.set("Hosts1.GetX", std::move(responses));
    return box.error("Hosts1.GetX");
  };

  CHECK(box.error("Hosts1.GetNothing") ==
        "refused/unsupported: Hosts1.GetNothing: UPnP error 401 (Invalid Action)");
  CHECK(box.error("Host1.GetInfo") ==
        "refused/unsupported: Host1.GetInfo: this box has no service 'Host1' (did you mean "
        "'Hosts1'?)");
  CHECK(after({{500, fault(501)}}) == "refused: Hosts1.GetX: UPnP error 501 (Action Failed)");
  CHECK(after({{500, fault(606)}}) ==
        "refused/denied: Hosts1.GetX: UPnP error 606 (Action Not Authorized): user 'monitor' lacks "
        "the right 'FRITZ!Box Settings'");
  CHECK(after({{500, fault(866)}}) ==
        "refused/denied: Hosts1.GetX: UPnP error 866 (Second Factor Authentication Required): "
        "confirm it at the box: do this in its web pages, or switch off the additional "
        "confirmation there (System, FRITZ!Box Users)");
  CHECK(box.error("DeviceInfo1.GetInf") ==
        "refused/unsupported: DeviceInfo1.GetInf: this box has no action 'GetInf' in 'DeviceInfo1' "
        "(did you mean 'GetInfo'?)");
  CHECK(after({{500, fault(714)}}) ==
        "refused/unsupported: Hosts1.GetX: UPnP error 714 (No Such Entry In Array)");
  CHECK(after({{200, fault(713)}}) ==
        "refused: Hosts1.GetX: UPnP error 713 (Specified Array Index Invalid)");
  CHECK(after({{503, "<html>busy</html>"}}) ==
        "protocol: Hosts1.GetX: HTTP 503 with HTML instead of an answer");
  CHECK(after({{500, "<HTML>oops</HTML>"}}) ==
        "protocol: Hosts1.GetX: HTTP 500 with HTML instead of an answer");
  CHECK(after({{200, "<html>login</html>"}}) ==
        "protocol: Hosts1.GetX: the answer is HTML instead of XML");
  CHECK(after({{200, answer("<NewA>1</NewA>").substr(0, 120)}})
            .starts_with("protocol: Hosts1.GetX: the answer is not XML: "));
  CHECK(box.error(Request{.verb = "aha", .target = "getswitchlist"}) ==
        "refused/unsupported: getswitchlist: the box has no /login_sid.lua at " + fake.url() +
            " (HTTP 404): is that its web server?");
}

TEST_CASE("a denied action says which right is missing, asked of the box once") {
  FakeFritzbox fake;
  furnish(fake, "rights");
  fake.set("Hosts1.GetX", {{500, fault(606)}});
  fake.set("LANConfigSecurity1.X_AVM-DE_GetCurrentUser",
           answer("<NewX_AVM-DE_CurrentUserRights>&lt;rights&gt;&lt;path&gt;BoxAdmin&lt;/path&gt;"
                  "&lt;access&gt;readonly&lt;/access&gt;&lt;/rights&gt;"
                  "</NewX_AVM-DE_CurrentUserRights>"));
  Asking box(config(fake));
  const std::string denied =
      "refused/denied: Hosts1.GetX: UPnP error 606 (Action Not Authorized): user 'monitor' has the "
      "right 'FRITZ!Box Settings' for reading only";

  CHECK(box.error("Hosts1.GetX") == denied);
  CHECK(fake.asked().back() == "LANConfigSecurity1.X_AVM-DE_GetCurrentUser");
  CHECK(box.error("Hosts1.GetX") == denied);
  CHECK(fake.asked().back().starts_with("Hosts1.GetX"));
}

TEST_CASE("arguments that do not fit the description are sent to no box") {
  FakeFritzbox fake;
  furnish(fake, "checked arguments");
  Asking box(config(fake));

  CHECK(box.error(Request{
            .verb = "tr064", .target = "DeviceInfo1.GetInfo", .args = {{"NewIndex", "1"}}}) ==
        "config: DeviceInfo1.GetInfo: 'NewIndex' is not an argument of 'GetInfo' (it takes none)");
  CHECK(fake.asked() == Asked{"/tr64desc.xml", "/igddesc.xml", "/deviceinfoSCPD.xml"});
}

TEST_CASE("secrets stay in replies only where they are asked for") {
  FakeFritzbox fake;
  furnish(fake, "reveal");
  fake.set("Hosts1.GetX", answer("<NewKeyPassphrase>very secret</NewKeyPassphrase>"));
  DeviceConfig revealing = config(fake);
  revealing.reveal = true;

  CHECK(Asking(config(fake)).tr064("Hosts1.GetX") == "{}");
  CHECK(Asking(revealing).tr064("Hosts1.GetX") == R"({"NewKeyPassphrase":"very secret"})");
}

TEST_CASE("an internal error is unsupported only when it persists") {
  FakeFritzbox fake;
  furnish(fake, "820");
  fake.set("Hosts1.GetX", {{500, fault(820)},
                           {500, fault(820)},
                           {200, answer("")},
                           {500, fault(820)},
                           {500, fault(820)},
                           {500, fault(820)}});
  Asking box(config(fake));
  const std::string failing = "refused: Hosts1.GetX: UPnP error 820 (Internal Error)";

  CHECK(box.error("Hosts1.GetX") == failing);
  CHECK(box.error("Hosts1.GetX") == failing);
  CHECK(box.error("Hosts1.GetX") == "no error: {}");
  CHECK(box.error("Hosts1.GetX") == failing);
  CHECK(box.error("Hosts1.GetX") == failing);
  CHECK(box.error("Hosts1.GetX") ==
        "refused/unsupported: Hosts1.GetX: UPnP error 820 (Internal Error)");
}

TEST_CASE("switches that are off on the box are named") {
  FakeFritzbox fake;
  furnish(fake, "switches");
  fake.set("/tr64desc.xml", "<HTML><HEAD></HEAD></HTML>");
  Asking off(config(fake));
  CHECK(off.error("DeviceInfo1.GetInfo") ==
        "protocol: " + fake.url() +
            " answers, but not as a Fritz!Box (HTML): is this its "
            "address, and is the port 49000 or 49443? If so, switch on 'Allow access for "
            "applications' in "
            "its network settings");

  furnish(fake, "switches");
  fake.set("/igddesc.xml", "<html>off</html>");
  Asking box(config(fake));
  CHECK(box.error("WANCommonIFC1.GetAddonInfos") ==
        "refused/unsupported: WANCommonIFC1.GetAddonInfos: this box has no service 'WANCommonIFC1' "
        "(switch on 'Transmit status information over UPnP' in the box's network settings)");
  CHECK(box.error("DeviceInfo1.GetInfo") == R"(no error: {"NewName":"7","NewUpTime":500})");
}

TEST_CASE("a box that is none says so") {
  FakeFritzbox fake;
  Asking box(config(fake));

  CHECK(box.error("DeviceInfo1.GetInfo") ==
        "protocol: " + fake.url() +
            " answers, but not as a Fritz!Box (HTTP 404 with HTML): is this "
            "its address, and is the port 49000 or 49443?");
}

TEST_CASE("a refused login is tried once, and what needs none goes on") {
  FakeFritzbox fake;
  furnish(fake, "wrong password");
  fake.refuse_logins(true);
  Asking box(config(fake));
  const std::string refused =
      "auth: DeviceInfo1.GetInfo: the box refused the login of user 'monitor': check name and "
      "password, and that this user may use the box's settings (tried again after 5 minutes)";

  CHECK(box.error("DeviceInfo1.GetInfo") == refused);
  fake.asked();
  CHECK(box.error("DeviceInfo1.GetInfo") == refused);
  CHECK(box.error("WANCommonIFC1.GetAddonInfos") == R"(no error: {"NewTotalBytesSent":"9"})");

  CHECK(fake.asked() == Asked{"WANCommonIFC1.GetAddonInfos"});
  CHECK(box.device->logins() == 1);
}

TEST_CASE("a rejected password is read again from its file, and tried once if it changed") {
  const auto file = std::filesystem::temp_directory_path() /
                    ("boxmeter-fritz-" + std::to_string(::getpid()) + ".password");
  write_file(file, "old\n");
  FakeFritzbox fake;
  furnish(fake, "password file");
  fake.refuse_logins(true);
  DeviceConfig configured = config(fake, "monitor", "old");
  configured.credential.file = file;
  Asking box(configured);
  const std::string refused =
      "auth: DeviceInfo1.GetInfo: the box refused the login of user 'monitor': check name and "
      "password, and that this user may use the box's settings (tried again when the password file "
      "changes, or after 5 minutes)";

  CHECK(box.error("DeviceInfo1.GetInfo") == refused);
  CHECK(box.error("DeviceInfo1.GetInfo") == refused);
  CHECK(box.device->logins() == 1);
  fake.refuse_logins(false);
  CHECK(box.error("DeviceInfo1.GetInfo") == refused);
  write_file(file, "new\n");
  CHECK(box.error("DeviceInfo1.GetInfo") == R"(no error: {"NewName":"7","NewUpTime":500})");

  CHECK(box.device->logins() == 2);
  std::filesystem::remove(file);
}

TEST_CASE("without a user name the last user of the box is asked for") {
  FakeFritzbox fake;
  furnish(fake, "last user");
  fake.set("LANConfigSecurity1.X_AVM-DE_GetUserList",
           answer("<NewX_AVM-DE_UserList>&lt;List&gt;&lt;Username last_user=\"0\"&gt;a"
                  "&lt;/Username&gt;&lt;Username last_user=\"1\"&gt;fritz1234&lt;/Username&gt;"
                  "&lt;/List&gt;</NewX_AVM-DE_UserList>"));
  Asking box(config(fake, ""));

  box.tr064("DeviceInfo1.GetInfo");

  CHECK(fake.asked() == Asked{"/tr64desc.xml", "/igddesc.xml", "/deviceinfoSCPD.xml",
                              "LANConfigSecurity1.X_AVM-DE_GetUserList", "DeviceInfo1.GetInfo",
                              "DeviceInfo1.GetInfo as fritz1234"});
}

TEST_CASE("boxes older than 7.24 have one user for all, and one that names none needs it given") {
  FakeFritzbox old_box, silent;
  furnish(old_box, "old", 7, 12);
  furnish(silent, "silent", 8, 2);
  Asking old_asking(config(old_box, "")), silent_asking(config(silent, ""));

  old_asking.tr064("DeviceInfo1.GetInfo");
  CHECK(old_box.asked().back() == "DeviceInfo1.GetInfo as dslf-config");
  CHECK(silent_asking.error("DeviceInfo1.GetInfo") ==
        "auth: DeviceInfo1.GetInfo: this box does not list its users: name the user ('username' of "
        "the device, -u on the command line)");
}

TEST_CASE("without a password what needs none is answered, the rest asks for one") {
  FakeFritzbox fake;
  furnish(fake, "no password");
  Asking box(config(fake, "monitor", ""));

  CHECK(box.error("WANCommonIFC1.GetAddonInfos") == R"(no error: {"NewTotalBytesSent":"9"})");
  CHECK(box.error("DeviceInfo1.GetInfo") ==
        "auth: DeviceInfo1.GetInfo: the box asks for a login: set 'username' and 'password_file' "
        "of this device");
  CHECK(box.device->logins() == 0);
}

TEST_CASE("WANConnection is the service that Layer3Forwarding1 names, asked once") {
  FakeFritzbox fake;
  furnish(fake, "named connection", 7, 57,
          service_entry("Layer3Forwarding1", kDsl + "Layer3Forwarding:1") +
              service_entry("WANPPPConnection1", kDsl + "WANPPPConnection:1") +
              service_entry("WANIPConnection1", kDsl + "WANIPConnection:1"));
  fake.set(
      "Layer3Forwarding1.GetDefaultConnectionService",
      answer("<NewDefaultConnectionService>1.WANIPConnection.1</NewDefaultConnectionService>"));
  fake.set("WANIPConnection1.GetStatusInfo", answer("<NewUptime>5</NewUptime>"));
  Asking box(config(fake));

  CHECK(box.tr064("WANConnection.GetStatusInfo") == R"({"NewUptime":"5"})");
  CHECK(box.tr064("WANConnection.GetStatusInfo") == R"({"NewUptime":"5"})");

  CHECK(fake.asked() == Asked{"/tr64desc.xml", "/igddesc.xml",
                              "Layer3Forwarding1.GetDefaultConnectionService",
                              "WANIPConnection1.GetStatusInfo", "WANIPConnection1.GetStatusInfo"});
}

TEST_CASE("a connection service that refuses everything is stood in for by its twin of UPnP IGD") {
  FakeFritzbox fake;
  const std::string igd = "urn:schemas-upnp-org:service:";
  furnish(fake, "behind a router", 7, 57,
          service_entry("Layer3Forwarding1", kDsl + "Layer3Forwarding:1") +
              service_entry("WANPPPConnection1", kDsl + "WANPPPConnection:1") +
              service_entry("WANIPConnection1", kDsl + "WANIPConnection:1") +
              service_entry("WANIPConn1", igd + "WANIPConnection:1"));
  fake.set(
      "Layer3Forwarding1.GetDefaultConnectionService",
      answer("<NewDefaultConnectionService>1.WANIPConnection.1</NewDefaultConnectionService>"));
  fake.set("WANPPPConnection1.GetStatusInfo",
           answer("<NewConnectionStatus>Disconnected</NewConnectionStatus>"));
  fake.set("WANIPConn1.GetStatusInfo",
           answer("<NewConnectionStatus>Connected</NewConnectionStatus>"));
  Asking box(config(fake));

  CHECK(box.tr064("WANConnection.GetStatusInfo") == R"({"NewConnectionStatus":"Connected"})");
  CHECK(fake.asked() == Asked{"/tr64desc.xml", "/igddesc.xml",
                              "Layer3Forwarding1.GetDefaultConnectionService",
                              "WANIPConnection1.GetStatusInfo", "WANIPConn1.GetStatusInfo"});
  CHECK(box.tr064("WANConnection.GetStatusInfo") == R"({"NewConnectionStatus":"Connected"})");
  CHECK(fake.asked() == Asked{"WANIPConn1.GetStatusInfo"});
  CHECK(box.error("WANConnection.GetInfo") ==
        "refused/unsupported: WANConnection.GetInfo: UPnP error 401 (Invalid Action)");
}

TEST_CASE("without Layer3Forwarding1 the connection is the service that answers") {
  FakeFritzbox fake;
  furnish(fake, "found connection", 7, 57,
          service_entry("WANPPPConnection1", kDsl + "WANPPPConnection:1") +
              service_entry("WANIPConnection1", kDsl + "WANIPConnection:1"));
  fake.set("WANIPConnection1.GetStatusInfo", answer("<NewUptime>5</NewUptime>"));
  Asking box(config(fake));

  CHECK(box.tr064("WANConnection.GetStatusInfo") == R"({"NewUptime":"5"})");
  fake.asked();
  CHECK(box.tr064("WANConnection.GetStatusInfo") == R"({"NewUptime":"5"})");
  CHECK(fake.asked() == Asked{"WANIPConnection1.GetStatusInfo"});
  CHECK(box.error("WANConnection.GetOther") ==
        "refused/unsupported: WANConnection.GetOther: UPnP error 401 (Invalid Action)");
}

TEST_CASE("a connection that nobody set up, or whose service fails, is not the one in use") {
  FakeFritzbox fake;
  furnish(fake, "idle connection", 7, 57,
          service_entry("WANPPPConnection1", kDsl + "WANPPPConnection:1") +
              service_entry("WANIPConnection1", kDsl + "WANIPConnection:1"));
  const std::string idle = "<NewConnectionStatus>Unconfigured</NewConnectionStatus>";
  fake.set("WANPPPConnection1.GetStatusInfo", answer(idle));
  fake.set("WANIPConnection1.GetStatusInfo", answer("<NewUptime>5</NewUptime>"));
  fake.set("WANPPPConnection1.GetInfo", {{.status = 503, .body = "busy"}});
  fake.set("WANIPConnection1.GetInfo", answer("<NewUptime>6</NewUptime>"));
  fake.set("WANPPPConnection1.GetOther", answer(idle));
  Asking box(config(fake));

  CHECK(box.tr064("WANConnection.GetStatusInfo") == R"({"NewUptime":"5"})");
  CHECK(box.tr064("WANConnection.GetInfo") == R"({"NewUptime":"6"})");
  CHECK(box.tr064("WANConnection.GetOther") == R"({"NewConnectionStatus":"Unconfigured"})");
}

TEST_CASE("a box without any connection service is a healthy box") {
  FakeFritzbox fake;
  furnish(fake, "repeater");
  Asking box(config(fake));

  CHECK(box.error("WANConnection.GetStatusInfo") ==
        "refused/unsupported: WANConnection.GetStatusInfo: this box has no service for an internet "
        "connection");
}

TEST_CASE("a list is the document behind the path, on this box, and its path is kept") {
  FakeFritzbox fake;
  furnish(fake, "list");
  fake.set("Hosts1.X_AVM-DE_GetHostListPath",
           answer("<NewX_AVM-DE_HostListPath>https://box.invalid:1/list.lua?sid=0123"
                  "</NewX_AVM-DE_HostListPath>"));
  fake.set("/list.lua?sid=0123", "<List><Item><Active>1</Active></Item></List>");
  Asking box(config(fake));

  CHECK(box.list("Hosts1.X_AVM-DE_GetHostListPath") == R"({"Item":{"Active":"1"}})");
  fake.asked();
  CHECK(box.list("Hosts1.X_AVM-DE_GetHostListPath") == R"({"Item":{"Active":"1"}})");
  CHECK(fake.asked() == Asked{"/list.lua?sid=0123"});
  CHECK(box.tr064("Hosts1.X_AVM-DE_GetHostListPath") ==
        R"({"NewX_AVM-DE_HostListPath":"https://box.invalid:1/list.lua?sid="})");
}

TEST_CASE("an ended session of a list is renewed once") {
  FakeFritzbox fake;
  furnish(fake, "expired");
  fake.set("Hosts1.GetPath", {{200, answer("<NewPath>/a?sid=1</NewPath>")},
                              {200, answer("<NewPath>/a?sid=2</NewPath>")},
                              {200, answer("<NewPath>/a?sid=3</NewPath>")}});
  fake.set("/a?sid=1", {{200, "<L><I>1</I></L>"}, {404, "<html>gone</html>"}});
  fake.set("/a?sid=2", {{200, "<L><I>2</I></L>"}, {200, "<html>login</html>"}});
  Asking box(config(fake));

  CHECK(box.list("Hosts1.GetPath") == R"({"I":"1"})");
  CHECK(box.list("Hosts1.GetPath") == R"({"I":"2"})");
  fake.asked();
  CHECK(box.error(Request{.verb = "list", .target = "Hosts1.GetPath"}) ==
        "refused/unsupported: Hosts1.GetPath: the box has no such document (HTTP 404)");
  CHECK(fake.asked() == Asked{"/a?sid=2", "Hosts1.GetPath", "/a?sid=3"});
}

TEST_CASE("an indexed action is walked to its end, its count or the limit") {
  FakeFritzbox fake;
  furnish(fake, "walk");
  const auto walk = [&](Asking& box, const Request::Repeat& repeat) {
    fake.set("Hosts1.GetEntry", {{200, answer("<NewA>0</NewA>")},
                                 {200, answer("<NewA>1</NewA>")},
                                 {200, answer("<NewA>2</NewA>")},
                                 {500, fault(713)}});
    return box.error(Request{.verb = "tr064", .target = "Hosts1.GetEntry", .repeat = repeat});
  };
  fake.set("Hosts1.GetCount", answer("<NewN>2</NewN>"));
  Asking box(config(fake));
  const std::string all = R"(no error: [{"NewA":"0"},{"NewA":"1"},{"NewA":"2"}])";
  const std::string two = R"(no error: [{"NewA":"0"},{"NewA":"1"}])";

  CHECK(walk(box, {.index = "NewIndex", .until = 713}) == all);
  CHECK(fake.last_body().find("<NewIndex>3</NewIndex>") != std::string::npos);
  CHECK(walk(box, {.index = "NewIndex", .count = "Hosts1.GetCount/NewN"}) == two);
  CHECK(walk(box, {.index = "NewIndex", .until = 713, .limit = 2}) == two);
  CHECK(walk(box, {.index = "NewIndex", .until = 501}) ==
        "refused: Hosts1.GetEntry: UPnP error 713 (Specified Array Index Invalid)");
  CHECK(walk(box, {.index = "NewIndex", .count = "Hosts1.GetCount/NewM"}) ==
        "protocol: Hosts1.GetEntry: 'Hosts1.GetCount/NewM' is not a number");
}

TEST_CASE("after a restart the descriptions are read again") {
  FakeFritzbox fake;
  furnish(fake, "restart");
  fake.set("DeviceInfo1.GetInfo", {{200, answer("<NewUpTime>5000</NewUpTime>")},
                                   {200, answer("<NewUpTime>10</NewUpTime>")},
                                   {200, answer("<NewUpTime>40</NewUpTime>")}});
  Asking box(config(fake));

  box.tr064("DeviceInfo1.GetInfo");
  CHECK(box.device->epoch() == Epoch{});
  box.tr064("DeviceInfo1.GetInfo");
  CHECK(box.device->epoch() == Epoch{.boot = 1});
  fake.asked();
  box.tr064("DeviceInfo1.GetInfo");
  CHECK(fake.asked().at(0) == "/tr64desc.xml");
}

TEST_CASE("a known service that has gone has the descriptions read again") {
  FakeFritzbox fake;
  furnish(fake, "gone");
  fake.set("Hosts1.GetX", {{404, "<HTML>404 Not Found</HTML>"}, {200, answer("")}});
  Asking box(config(fake));

  CHECK(box.error("Hosts1.GetX") ==
        "protocol: Hosts1.GetX: HTTP 404 with HTML instead of an answer");
  fake.asked();
  CHECK(box.error("Hosts1.GetX") == "no error: {}");
  CHECK(fake.asked() == Asked{"/tr64desc.xml", "/igddesc.xml", "Hosts1.GetX"});
}

}  // namespace boxmeter::fritzbox_box_test
