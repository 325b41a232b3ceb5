#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "base/file.h"
#include "device/fritzbox/secrets.h"
#include "device/fritzbox/tr064/catalog.h"
#include "device/fritzbox/tr064/description.h"
#include "device/fritzbox/tr064/documents.h"
#include "device/fritzbox/tr064/scpd.h"
#include "places.h"

namespace boxmeter::fritzbox_corpus_test {

namespace fs = std::filesystem;
using namespace fritzbox;

// Recordings of real boxes, which are no part of the project: played where they are.
namespace {

std::vector<fs::path> files(const fs::path& folder, const std::string& ending) {
  std::vector<fs::path> found;
  if (!fs::is_directory(folder)) return found;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().filename().string().ends_with(ending)) found.push_back(entry.path());
  std::ranges::sort(found);
  return found;
}

/// The recorded answer, with the types that the recorded SCPD gives it.
Reply reply(const std::string& name, const std::string& scpd) {
  const fs::path folder = corpus() / "fritzbox" / "7590-154.07.57";
  SoapAnswer answer = parse_soap(read_file(folder / "soap" / (name + ".xml")));
  if (!scpd.empty()) {
    const Scpd types = parse_scpd(read_file(folder / scpd));
    const Action* action = types.find(name.substr(name.find('.') + 1));
    REQUIRE(action != nullptr);
    give_types(answer, types, *action);
  }
  Reply result = Reply::object();
  for (auto& [key, value] : answer.arguments) result[key] = value;
  return result;
}

}  // namespace

TEST_CASE("recorded descriptions are read whole") {
  if (!has_corpus()) return;
  const auto old_box =
      parse_description(read_file(corpus() / "fritzbox" / "7590-154.07.57/tr64desc.xml"));
  const auto igd =
      parse_description(read_file(corpus() / "fritzbox" / "7590-154.07.57/igddesc.xml"));
  const auto new_box =
      parse_description(read_file(corpus() / "fritzbox" / "7530-164.08.02/tr64desc.xml"));

  CHECK(old_box.version ==
        SystemVersion{
            .minor = 7, .patch = 57, .display = "154.07.57", .hardware = "226", .build = "107893"});
  CHECK(old_box.services.size() == 37);
  CHECK(igd.services.size() == 5);
  CHECK(new_box.version ==
        SystemVersion{
            .minor = 8, .patch = 2, .display = "164.08.02", .hardware = "236", .build = "117978"});
  const Catalog catalog(old_box, igd);
  CHECK(catalog.service("WANCommonIFC1").is_igd());
  CHECK(catalog.service("WLANConfiguration3").scpd_url == "/wlanconfigSCPD.xml");
}

TEST_CASE("every recorded SCPD is read") {
  if (!has_corpus()) return;
  for (const char* box : {"7590-154.07.57", "7530-164.08.02"}) {
    const auto found = files(corpus() / "fritzbox" / box, "SCPD.xml");
    CHECK(found.size() >= 30);
    for (const fs::path& file : found)
      CHECK_MESSAGE(!parse_scpd(read_file(file)).actions.empty(), file.filename().string());
  }
}

TEST_CASE("no recorded SCPD has a type that is not known, nor an argument that is not declared") {
  if (!has_corpus()) return;
  std::set<std::string> types;
  std::size_t arguments = 0, ranges = 0, allowed = 0;
  for (const char* box : {"7590-154.07.57", "7530-164.08.02"})
    for (const fs::path& file : files(corpus() / "fritzbox" / box, "SCPD.xml")) {
      const Scpd scpd = parse_scpd(read_file(file));
      for (const StateVariable& variable : scpd.variables) {
        types.insert(variable.data_type);
        ranges += variable.range ? 1 : 0;
        allowed += variable.allowed_values.empty() ? 0 : 1;
      }
      for (const Action& action : scpd.actions)
        for (const Argument& argument : action.arguments) {
          ++arguments;
          CHECK_MESSAGE(scpd.variable_of(argument) != nullptr, file.filename().string(), ": ",
                        action.name, " ", argument.name);
        }
    }

  CHECK(types ==
        std::set<std::string>{"boolean", "dateTime", "i4", "string", "ui1", "ui2", "ui4", "uuid"});
  CHECK(arguments > 2000);
  CHECK(ranges > 0);
  CHECK(allowed > 0);
}

TEST_CASE("every recorded answer and list becomes JSON") {
  if (!has_corpus()) return;
  for (const fs::path& file : files(corpus() / "fritzbox" / "7590-154.07.57/soap", ".xml")) {
    const SoapAnswer answer = parse_soap(read_file(file));
    CHECK_MESSAGE(!answer.fault, file.filename().string());
    CHECK_MESSAGE(!answer.arguments.empty(), file.filename().string());
  }
  const Reply hosts =
      parse_document(read_file(corpus() / "fritzbox" / "7590-154.07.57/lists/devicehostlist.xml"));
  CHECK(hosts["Item"].size() == 4);
  CHECK(!hosts["Item"][0].contains("X_AVM-DE_Model"));
  CHECK(hosts["Item"][1]["X_AVM-DE_Model"] == "FRITZ!Repeater 1200");
  const Reply mesh =
      parse_document(read_file(corpus() / "fritzbox" / "7590-154.07.57/lists/meshlist.json"));
  CHECK(mesh["schema_version"] == "7.8");
}

TEST_CASE("recorded answers are typed by recorded SCPDs, and text without") {
  if (!has_corpus()) return;
  const Reply info = reply("DeviceInfo1.GetInfo", "deviceinfoSCPD.xml");
  const Reply dsl = reply("WANDSLInterfaceConfig1.GetInfo", "wandslifconfigSCPD.xml");
  const Reply traffic = reply("WANCommonIFC1.GetAddonInfos", "");
  Reply connection = reply("WANPPPConnection1.GetInfo", "");

  CHECK(info["NewUpTime"] == 2058438);
  CHECK(info["NewSerialNumber"] == "123456789");
  CHECK(dsl["NewEnable"] == true);
  CHECK(dsl["NewDownstreamCurrRate"] == 249065);
  CHECK(traffic["NewX_AVM_DE_TotalBytesReceived64"] == "554484531337");
  CHECK(connection["NewUptime"] == "369434");
  std::set<std::string> hidden;
  remove_secrets(connection, false, hidden);
  CHECK(!connection.contains("NewUserName"));
  CHECK(connection["NewConnectionStatus"] == "Connected");
}

}  // namespace boxmeter::fritzbox_corpus_test
