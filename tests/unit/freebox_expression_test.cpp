#include <doctest/doctest.h>

#include "app/freebox/expression.h"
#include "error_of.h"

namespace boxmeter::freebox_expression_test {

using namespace freebox;
using testing::error_of;

namespace {

/// The expression again, with JSON for its values: one text to compare.
std::string read(std::string_view text) {
  const Expression read = parse_expression(text);
  std::string out = read.system + "." + read.method + "(";
  std::string separator;
  const auto add = [&](const std::string& argument) {
    out += std::exchange(separator, ", ") + argument;
  };
  for (const Reply& value : read.positional) add(value.dump());
  for (const auto& [name, value] : read.named) add(name + "=" + value.dump());
  out += ")";
  for (const Expression::Step& step : read.steps)
    out += "[" +
           (std::holds_alternative<std::string>(step) ? Reply(std::get<std::string>(step)).dump()
                                                      : std::to_string(std::get<1>(step))) +
           "]";
  return out;
}

std::string value(const std::string& literal) {
  const std::string whole = read("S.m(" + literal + ")");
  return whole.substr(4, whole.size() - 5);
}

std::string mistake(std::string_view text) {
  return error_of([&] { parse_expression(text); });
}

}  // namespace

TEST_CASE("the commands of pyfbx's README are read") {
  const std::pair<const char*, const char*> rows[] = {
      {"System.Get_the_current_system_info()", "System.Get_the_current_system_info()"},
      {"Connection.Get_the_current_Connection_status()['rate_up']",
       R"(Connection.Get_the_current_Connection_status()["rate_up"])"},
      {"Contacts.Create_a_contact(\\\npost_data={\"display_name\": \"Sandy Kilo\", "
       "\"first_name\": \"Sandy\", \"last_name\":\"Kilo\"})",
       R"(Contacts.Create_a_contact(post_data={"display_name":"Sandy Kilo","first_name":"Sandy",)"
       R"("last_name":"Kilo"}))"},
      {"Switch.Get_a_port_stats(id=1)", "Switch.Get_a_port_stats(id=1)"},
      {"Vpn.Donwload_a_user_configuration_file('openvpn_routed', login='freddy')",
       R"(Vpn.Donwload_a_user_configuration_file("openvpn_routed", login="freddy"))"},
      {"System.Get_the_current_system_info()['sensors'][-1][\"value\"]",
       R"(System.Get_the_current_system_info()["sensors"][-1]["value"])"},
  };
  for (const auto& [text, wanted] : rows) CHECK(read(text) == wanted);
}

TEST_CASE("blanks may stand between any two words, and the parentheses may be left out") {
  CHECK(read(" \tA . b ( \r\n1 , \\\r\n c = 2 , ) [ 'd' ] \\\n[ 0 ]\n") ==
        R"(A.b(1, c=2)["d"][0])");
  CHECK(read("System.Get_the_current_system_info") == "System.Get_the_current_system_info()");
  CHECK(read("A.b['c']") == R"(A.b()["c"])");
}

TEST_CASE("values are Python's literals, and JSON's") {
  const std::pair<const char*, const char*> rows[] = {
      {"True, False, None", "true, false, null"},
      {"true, false, null", "true, false, null"},
      {"0, -1, +2, 1_000, 0x1F, 0o17, 0b101, -0xff", "0, -1, 2, 1000, 31, 15, 5, -255"},
      {"18446744073709551615, -9223372036854775808", "18446744073709551615, -9223372036854775808"},
      {"1.5, .5, 2., 1e3, 1E-2", "1.5, 0.5, 2.0, 1000.0, 0.01"},
      {R"('a"b', "a'b", 'a' "b")", R"("a\"b", "a'b", "ab")"},
      {R"('\'\"\\\n\t\/\x41\u00e9\U0001F600')", "\"'\\\"\\\\\\n\\t/Aé😀\""},
      {"'ab\\\ncd'", R"("abcd")"},
      {R"("""x""")", R"("x")"},
      {"[], [1], [1, 2,], (), (1,), (1, 2), (1)", "[], [1], [1,2], [], [1], [1,2], 1"},
      {"{}, {'a': 1, \"b\": {'c': [None]},}", R"({}, {"a":1,"b":{"c":[null]}})"},
      {"{1: 'a', True: 'b', None: 'c', 1.5: 'd'}", R"({"1":"a","1.5":"d","null":"c","true":"b"})"},
  };
  for (const auto& [text, wanted] : rows) CHECK(value(text) == wanted);
}

TEST_CASE("what is no command is refused with the column, in characters") {
  const std::string values = "a value: text in quotes, a number, True, False, None, [...] or {...}";
  const std::pair<const char*, std::string> rows[] = {
      {"",
       "'': column 1: expected a command, such as System.Get_the_current_system_info(), got "
       "the end"},
      {"1.a",
       "'1.a': column 1: expected a command, such as System.Get_the_current_system_info(), "
       "got '1'"},
      {"System", "'System': column 7: expected '.' and a method, got the end"},
      {"System.()", "'System.': column 8: expected a method, got '('"},
      {"System.é()", "'System.é': column 8: expected a method, got 'é'"},
      {"S.m(", "'S.m': column 5: expected " + values + ", got the end"},
      {"S.m(id=)", "'S.m': column 8: expected " + values + ", got ')'"},
      {"S.m(id=abc)", "'S.m': column 8: text stands in quotes; expected " + values},
      {"S.m(,)", "'S.m': column 5: expected " + values + ", got ','"},
      {"S.m(1 2)", "'S.m': column 7: expected ',' or ')', got '2'"},
      {"S.m(a=1, 2)", "'S.m': column 10: an argument without a name after one with a name"},
      {"S.m(a=1, a=2)", "'S.m': column 10: a second 'a'"},
      {"S.m('é', !)", "'S.m': column 10: expected " + values + ", got '!'"},
      {"S.m(1,\n  'é', !)", "'S.m': line 2, column 8: expected " + values + ", got '!'"},
      {"S.m('abc)", "'S.m': column 5: text without a closing quote"},
      {"S.m('a\nb')", "'S.m': line 1, column 5: text without a closing quote"},
      {"S.m('\\q')", "'S.m': column 6: unknown escape (a backslash itself is \\\\)"},
      {"S.m('\\x4')", "'S.m': column 8: expected 2 hexadecimal digits"},
      {"S.m('\\ud800')", "'S.m': column 6: not a character"},
      {"S.m('\\", "'S.m': column 6: an escape without an end"},
      {"S.m([1 2])", "'S.m': column 8: expected ',' or ']', got '2'"},
      {"S.m({1})", "'S.m': column 7: expected ':', got '}'"},
      {"S.m({'a': 1 'b': 2})", "'S.m': column 13: expected ',' or '}', got '''"},
      {"S.m({[]: 1})", "'S.m': column 6: a list or a dictionary cannot be a key"},
      {"S.m(1x)", "'S.m': column 5: not a number"},
      {"S.m(007)", "'S.m': column 5: not a number (zeros stand before it)"},
      {"S.m(--1)", "'S.m': column 5: not a number"},
      {"S.m(18446744073709551616)", "'S.m': column 5: a number of more than 64 bits"},
      {"S.m(1e999)", "'S.m': column 5: a number of more than 64 bits"},
      {"S.m()[a]", "'S.m': column 7: expected a member's name in quotes, or an index, got 'a'"},
      {"S.m()[1.5]", "'S.m': column 7: an index is a whole number"},
      {"S.m()[0:2]", "'S.m': column 8: expected ']', got ':'"},
      {"S.m().x", "'S.m': column 6: expected '[' or the end, got '.'"},
      {"S.m()[0];", "'S.m': column 9: expected the end, got ';'"},
      {"S.m(__import__('os').system('id'))",
       "'S.m': column 5: text stands in quotes; expected " + values},
  };
  for (const auto& [text, wanted] : rows) CHECK(mistake(text) == "config: command " + wanted);
}

TEST_CASE("a mistake in a command shows nothing of its arguments") {
  CHECK(mistake("Ftp.Update_the_FTP_configuration(post_data={'password': 'hunter2' 'x': 1})") ==
        "config: command 'Ftp.Update_the_FTP_configuration': column 70: expected ',' or '}', got "
        "':'");
}

TEST_CASE(
    "a control character in a command went into the error text as it was, and to the terminal") {
  CHECK(mistake("S.m(\x1b[2J)") ==
        "config: command 'S.m': column 5: expected a value: text in quotes, a number, True, False, "
        "None, [...] or "
        "{...}, got a control character");
  CHECK(mistake("S\x1b.m()") ==
        "config: command 'S .m': column 2: expected '.' and a method, got a control character");
}

TEST_CASE("a value that is not UTF-8 was taken, and printing it as JSON then ended the program") {
  CHECK(mistake("S.m('Enab\x8Cled')") == "config: command 'S.m': not UTF-8 text");
}

TEST_CASE("values are nested 64 deep and no deeper") {
  const auto nested = [](std::size_t depth) {
    return "S.m(" + std::string(depth, '[') + std::string(depth, ']') + ")";
  };
  CHECK(mistake(nested(64)) == "no error");
  CHECK(mistake(nested(65)) == "config: command 'S.m': column 69: more than 64 levels of nesting");
}

TEST_CASE("steps lead into the reply, from the end too") {
  const Reply reply = Reply::parse(R"({"sensors": [{"value": 41}, {"value": 42}]})");
  const auto at = [&](const char* steps) {
    return follow(parse_expression("S.m()" + std::string(steps)).steps, reply).dump();
  };
  CHECK(at("") == reply.dump());
  CHECK(at("['sensors'][0]['value']") == "41");
  CHECK(at("['sensors'][-1]") == R"({"value":42})");
}

TEST_CASE("a step that leads nowhere is named, with what is there") {
  const Reply reply = Reply::parse(R"({"rate_up": 1, "rate_down": [2], "ipv6": null, "x": {}})");
  const auto mistake_at = [&](const char* steps) {
    return error_of([&] { follow(parse_expression("S.m()" + std::string(steps)).steps, reply); });
  };
  const std::pair<const char*, const char*> rows[] = {
      {"['rate_pu']",
       "mapping: ['rate_pu']: no such member (did you mean 'rate_up'?) (known: ipv6, rate_down, "
       "rate_up, x)"},
      {"['x']['y']", "mapping: ['y']: no such member"},
      {"['rate_down'][1]", "mapping: [1]: the list has 1 elements"},
      {"['rate_down'][-2]", "mapping: [-2]: the list has 1 elements"},
      {"['rate_down']['a']", "mapping: ['a']: the reply has no members there: it is a list"},
      {"['rate_up']['a']", "mapping: ['a']: the reply has no members there: it is a single value"},
      {"['ipv6'][0]", "mapping: [0]: the reply is no list there: it is a single value"},
      {"[0]", "mapping: [0]: the reply is no list there: it is an object"},
  };
  for (const auto& [steps, wanted] : rows) CHECK(mistake_at(steps) == wanted);
}

TEST_CASE("an error shows no control character, neither of a command nor of a box") {
  const Reply reply = Reply::parse(R"({"evil\u001b[2J": 1})");

  CHECK(error_of([&] { follow(parse_expression("S.m()['\x1b[31m']").steps, reply); }) ==
        "mapping: ['[31m']: no such member (known: evil [2J)");
}

TEST_CASE("arguments get their names by their places: the body first, then the URL's parameters") {
  const std::pair<const char*, const char*> rows[] = {
      {"System.Get_the_current_system_info()", "command:System.Get_the_current_system_info"},
      {"Switch.Get_a_port_stats(1)", "command:Switch.Get_a_port_stats{id=1}"},
      {"Switch.Get_a_port_stats(id='9999')", "command:Switch.Get_a_port_stats{id=9999}"},
      {"Connection.Update_the_Connection_configuration({'ping': True})",
       R"(command:Connection.Update_the_Connection_configuration{post_data={"ping":true}})"},
      {"Call.Update_a_call_entry({'new': False}, 7)",
       R"(command:Call.Update_a_call_entry{id=7,post_data={"new":false}})"},
      {"Call.Update_a_call_entry(id=7, post_data={'new': False})",
       R"(command:Call.Update_a_call_entry{id=7,post_data={"new":false}})"},
      {"Contacts.Access_a_given_contact_number(type='email', id=3)",
       "command:Contacts.Access_a_given_contact_number{id=3,type=email}"},
  };
  for (const auto& [text, wanted] : rows)
    CHECK(describe(request_of(parse_expression(text))) == std::string(wanted));
}

TEST_CASE("arguments that no place takes are refused") {
  const auto refused = [](std::string_view text) {
    return error_of([&] { request_of(parse_expression(text)); });
  };
  CHECK(refused("System.Get_the_current_system_info(1)") ==
        "config: command 'System.Get_the_current_system_info': 1 arguments (it takes: none)");
  CHECK(refused("Call.Update_a_call_entry({}, 1, 2)") ==
        "config: command 'Call.Update_a_call_entry': 3 arguments (it takes: post_data, id)");
  CHECK(refused("Switch.Get_a_port_stats(1, id=2)") ==
        "config: command 'Switch.Get_a_port_stats': a second 'id'");
  CHECK(refused("Switch.Get_a_port_stats([1])") ==
        "config: command 'Switch.Get_a_port_stats': 'id' is text or a whole number");
  CHECK(refused("Switch.Get_a_port_stat(1)")
            .starts_with("config: unknown command 'Switch.Get_a_port_stat' (did you mean "
                         "'Get_a_port_stats'?)"));
  CHECK(refused("Swich.Get_a_port_stats(1)")
            .starts_with("config: unknown system in command 'Swich.Get_a_port_stats' (did you mean "
                         "'Switch'?)"));
}

}  // namespace boxmeter::freebox_expression_test
