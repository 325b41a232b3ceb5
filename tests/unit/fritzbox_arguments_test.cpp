#include <doctest/doctest.h>

#include <string>

#include "base/error.h"
#include "device/fritzbox/tr064/arguments.h"
#include "device/fritzbox/tr064/rights.h"
#include "error_of.h"

namespace boxmeter::fritzbox_arguments_test {

using namespace fritzbox;
using testing::error_of;

namespace {

const Scpd kScpd = {
    .actions = {{.name = "SetEntry",
                 .arguments = {{"NewIndex", Argument::Direction::in, 0},
                               {"NewEnable", Argument::Direction::in, 1},
                               {"NewMode", Argument::Direction::in, 2},
                               {"NewOdd", Argument::Direction::in},
                               {"NewCount", Argument::Direction::out, 0}}}},
    .variables = {{.name = "I", .data_type = "ui2", .range = StateVariable::Range{"0", "31", "1"}},
                  {.name = "B", .data_type = "boolean"},
                  {.name = "S", .data_type = "string", .allowed_values = {"11i", "None"}}}};

std::string sent(const Arguments& arguments) {
  std::string text;
  const auto error = error_of([&] {
    const CheckedArguments result = checked(arguments, kScpd, kScpd.actions[0]);
    for (const auto& [name, value] : result.arguments) text += name + "=" + value + " ";
    for (const std::string& doubt : result.doubts) text += "; " + doubt;
  });
  return error == "no error" ? text : error;
}

}  // namespace

TEST_CASE("arguments are sent in the order of the description, booleans as 1 and 0") {
  CHECK(sent({{"NewOdd", "x"}, {"NewMode", "11i"}, {"NewEnable", "True"}, {"NewIndex", "3"}}) ==
        "NewIndex=3 NewEnable=1 NewMode=11i NewOdd=x ");
  CHECK(sent({{"NewOdd", ""}, {"NewMode", "None"}, {"NewEnable", "0"}, {"NewIndex", "31"}}) ==
        "NewIndex=31 NewEnable=0 NewMode=None NewOdd= ");
}

TEST_CASE("an argument that is unknown, missing or of another type is an error with the way out") {
  CHECK(sent({{"NewIndx", "3"}}) ==
        "config: 'NewIndx' is not an argument of 'SetEntry' (did you mean 'NewIndex'?)");
  CHECK(sent({{"NewCount", "3"}}) ==
        "config: 'NewCount' is not an argument of 'SetEntry' (it takes: NewIndex, NewEnable, "
        "NewMode, NewOdd)");
  CHECK(sent({{"NewEnable", "1"}}) == "config: 'SetEntry' needs the argument 'NewIndex' (ui2)");
  CHECK(sent({{"NewIndex", "three"}}) ==
        "config: argument 'NewIndex' must be a whole number (ui2), not 'three'");
  CHECK(sent({{"NewIndex", "3"}, {"NewEnable", "yes"}}) ==
        "config: argument 'NewEnable' must be true or false, not 'yes'");
}

TEST_CASE("a value outside of what the box declares is sent, with a doubt") {
  CHECK(sent({{"NewIndex", "32"}, {"NewEnable", "1"}, {"NewMode", "WPA"}, {"NewOdd", "x"}}) ==
        "NewIndex=32 NewEnable=1 NewMode=WPA NewOdd=x ; argument 'NewIndex' is 32, outside of what "
        "the box declares (0 to 31); argument 'NewMode' is 'WPA', which the box does not list "
        "(11i, None)");
}

TEST_CASE("an unknown action suggests the nearest") {
  CHECK(unknown_action("SetEntri", "Hosts1", kScpd) ==
        "this box has no action 'SetEntri' in 'Hosts1' (did you mean 'SetEntry'?)");
  CHECK(unknown_action("Reboot", "Hosts1", kScpd) == "this box has no action 'Reboot' in 'Hosts1'");
}

TEST_CASE("the rights of a user are read, and what is missing is named as the box names it") {
  const Rights rights = parse_rights(
      "<rights><path>BoxAdmin</path><access>readwrite</access><path>Phone</path>"
      "<access>none</access><path>NAS</path><access>readonly</access></rights>");

  CHECK(rights == Rights{{"BoxAdmin", "readwrite"}, {"NAS", "readonly"}, {"Phone", "none"}});
  CHECK(why_denied("monitor", "X_AVM-DE_OnTel1", rights) ==
        "user 'monitor' lacks the right 'Voice messages, fax messages, FRITZ!App Fon and call "
        "list'");
  CHECK(why_denied("monitor", "X_AVM-DE_Filelinks1", rights) ==
        "user 'monitor' has the right 'Access to NAS contents' for reading only");
  CHECK(why_denied("monitor", "DeviceConfig1", rights) ==
        "user 'monitor' has the right 'FRITZ!Box Settings', which is not enough for this");
  CHECK(why_denied("", "X_AVM-DE_Homeauto1", rights) == "this user lacks the right 'Smart Home'");
  CHECK(parse_rights("").empty());
  CHECK(parse_rights("no XML").empty());
}

}  // namespace boxmeter::fritzbox_arguments_test
