#include "base/text.h"
#include "device/fritzbox/calls/call_tally.h"
#include "device/fritzbox/secrets.h"
#include "device/fritzbox/tr064/arguments.h"
#include "device/fritzbox/tr064/description.h"
#include "device/fritzbox/tr064/documents.h"
#include "device/fritzbox/tr064/scpd.h"
#include "device/fritzbox/tr064/soap.h"
#include "device/fritzbox/web/aha.h"
#include "device/fritzbox/web/login.h"
#include "device/fritzbox/web/pages.h"
#include "fuzz.h"

namespace boxmeter::fuzz {

using namespace fritzbox;

void soap(std::string_view input) {
  SoapAnswer answer = parse_soap(input);
  expect(!answer.fault || answer.arguments.empty(), "a fault has no arguments");
  for (auto& [name, value] : answer.arguments) {
    expect(!value.is_null(), "an empty argument is absent");
    std::set<std::string> hidden;
    for (const ValueType type : {ValueType::integer, ValueType::boolean, ValueType::uuid})
      if (value.is_string()) typed(value.get<std::string>(), type).dump();
    fritzbox::remove_secrets(value, false, hidden);
    value.dump();  // throws for text that is not UTF-8
    answer.text(name);
  }
  try {
    document_path(answer, {{"days", "1"}});
  } catch (const Error&) {  // most answers name none
  }
}

void scpd(std::string_view input) {
  const Scpd parsed = parse_scpd(input);
  SoapAnswer answer;
  for (const StateVariable& variable : parsed.variables)
    answer.arguments.emplace_back(variable.name, variable.default_value);
  for (const Action& action : parsed.actions) {
    const Action* found = parsed.find(action.name);
    expect(found != nullptr && found->name == action.name, "every action is found by its name");
    Arguments arguments;
    for (const Argument& argument : action.arguments) {
      parsed.variable_of(argument);
      answer.arguments.emplace_back(argument.name, "1");
      if (argument.direction == Argument::Direction::in) arguments.emplace_back(argument.name, "1");
    }
    try {
      checked(arguments, parsed, action);
    } catch (const Error& error) {
      expect(error.kind() == ErrorKind::config, "arguments that do not fit are the user's");
    }
    give_types(answer, parsed, action);
  }
}

void description(std::string_view input) {
  const Description parsed = parse_description(input);
  for (const Service& service : parsed.services) {
    expect(service.control_url.starts_with('/'), "a control URL is a path");
    expect(service.scpd_url.empty() || service.scpd_url.starts_with('/'), "an SCPD's is a path");
    expect((service.name + service.type).find_first_of("\r\n\"<>") == std::string::npos,
           "names and types fit into a header and an element");
  }
  last_user(input);
}

void document(std::string_view input) {
  Reply reply = parse_document(input);
  std::set<std::string> hidden;
  fritzbox::remove_secrets(reply, false, hidden);
  reply.dump();
  expect(json_depth(reply.dump()) <= 65, "a reply is bounded in depth");
}

void aha(std::string_view input) {
  parse_aha(input).dump();
  aha_as_sent("text/xml; charset=utf-8", input);
}

void web_page(std::string_view input) {
  for (const auto& parse : {+[](std::string_view body) { return parse_page("ecoStat", body); },
                            +[](std::string_view body) { return parse_variables(body); },
                            +[](std::string_view body) { return parse_rest(200, body); }}) {
    try {
      parse(input).dump();
    } catch (const Error&) {  // what one refuses another may take
    }
  }
  parse_rest(500, input);
}

void call_lines(std::string_view input) {
  CallTally whole, bytewise;
  whole.take(input);
  for (std::size_t at = 0; at < input.size(); ++at) bytewise.take(input.substr(at, 1));
  expect(whole.reply() == bytewise.reply(), "how bytes arrive changes nothing");
  whole.forget_calls_under_way();
  expect(whole.reply()["active"] == 0, "calls that are forgotten are not under way");
}

void login(std::string_view input) {
  const SessionInfo info = parse_session_info(input);
  expect(info.block_time.count() >= 0, "a pause is none that has passed");
  if (info.challenge.size() > 200) return;
  const std::string answer = ChallengeResponder(Secret("swordfish")).answer(info.challenge);
  if (input.find("swordfish") == std::string_view::npos)  // the fuzzer reads along
    expect(answer.find("swordfish") == std::string::npos, "the answer hides the password");
}

}  // namespace boxmeter::fuzz
