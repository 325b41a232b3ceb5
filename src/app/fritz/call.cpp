// boxmeter fritz call: calls an action of a box, or many (--batch).
#include <fstream>
#include <iomanip>
#include <iostream>
#include <set>
#include <sstream>
#include <utility>

#include "app/fritz/show.h"
#include "app/fritz/subcommand.h"
#include "app/terminal.h"
#include "base/text.h"

namespace boxmeter::fritz {
namespace {

struct CallOptions {
  BoxOptions box = {};
  std::string batch = {};
  bool json = false;
  bool yes = false;
};

constexpr const char* kWayToSecrets = "--reveal shows them";

fritzbox::Arguments to_arguments(const std::vector<std::string>& words) {
  fritzbox::Arguments arguments;
  for (std::size_t i = 2; i < words.size(); ++i) {
    const auto equals = words[i].find('=');
    if (equals == std::string::npos || equals == 0)
      throw Error(ErrorKind::config, "argument '" + words[i] + "' is not of the form NAME=VALUE");
    arguments.emplace_back(words[i].substr(0, equals), words[i].substr(equals + 1));
    if (!fritzbox::is_argument_name(arguments.back().first))
      throw Error(ErrorKind::config, "'" + arguments.back().first +
                                         "' is not the name of an argument (such as NewIndex)");
  }
  return arguments;
}

fritzbox::SoapAnswer ask(fritzbox::Box& box, const std::vector<std::string>& words, bool yes) {
  if (words.size() < 2)
    throw Error(ErrorKind::config,
                "call needs a service and an action: boxmeter fritz call SERVICE ACTION "
                "[NAME=VALUE ...]");
  const fritzbox::Target target = fritzbox::parse_target(words[0] + "." + words[1]);
  const fritzbox::Arguments arguments = to_arguments(words);
  if (!fritzbox::only_reads(target.action)) {
    box.must_have(target);  // nobody is asked about what cannot be done
    confirm("'" + target.service + "." + target.action + "' may change the box", yes);
  }
  return box.act(target, arguments);
}

OrderedJson to_json(const fritzbox::SoapAnswer& answer) {
  OrderedJson json = OrderedJson::object();
  for (const auto& [name, value] : answer.arguments)
    if (!value.is_null()) json[name] = value;  // null: hidden
  return json;
}

std::string dumped(const OrderedJson& json, int indent) {
  return json.dump(indent, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

std::string to_table(const fritzbox::SoapAnswer& answer) {
  std::vector<TableRow> rows;
  for (const auto& [name, value] : answer.arguments) {
    const std::string text = value.is_null()     ? kHidden
                             : value.is_string() ? value.get<std::string>()
                                                 : value.dump();
    std::string first = name;
    for (const std::string_view line : split(text, '\n'))
      rows.push_back({std::exchange(first, ""), std::string(line)});
  }
  return table(rows);
}

/// The words of a line, separated by blanks; a word in double quotes may contain blanks, and \" and
/// \\.
std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> std::quoted(word);) words.push_back(word);
  return words;
}

/// Prints one JSON object per line with a call, in their order; refusal_json() for a failed one.
int ask_all(fritzbox::Box& box, std::istream& lines, bool yes) {
  int exit_code = 0;
  std::set<std::string> hidden;
  for (std::string line; std::getline(lines, line);) {
    const std::vector<std::string> words = words_of(line);
    if (words.empty() || words[0].starts_with('#')) continue;
    try {
      std::cout << dumped(to_json(ask(box, words, yes)), -1) << std::flush;
      hidden.insert(box.hidden().begin(), box.hidden().end());
    } catch (const Error& error) {
      // With a failed login or connection all other calls would fail too.
      if (error.kind() == ErrorKind::auth || error.kind() == ErrorKind::network) throw;
      std::cout << refusal_json(error) << "\n" << std::flush;
      exit_code = 1;
    }
  }
  print_hidden(hidden, kWayToSecrets);
  return exit_code;
}

int call_batch(const CallOptions& wanted, const Words& words) {
  if (!words.empty())
    throw Error(ErrorKind::config, "--batch reads its calls, '" + words[0] + "' is too much");
  std::ifstream file;
  if (wanted.batch != "-") {
    file.open(wanted.batch);
    if (!file) throw Error(ErrorKind::config, "cannot read '" + wanted.batch + "'");
  }
  return with_box(wanted.box, [&](fritzbox::Box& box, const std::string&) {
    return ask_all(box, wanted.batch == "-" ? std::cin : file, wanted.yes);
  });
}

int call_one(const CallOptions& wanted, const Words& words) {
  return with_box(wanted.box, [&](fritzbox::Box& box, const std::string&) {
    const fritzbox::SoapAnswer answer = ask(box, words, wanted.yes);
    std::cout << (wanted.json ? dumped(to_json(answer), 2) : to_table(answer)) << std::flush;
    print_hidden(box.hidden(), kWayToSecrets);
    return 0;
  });
}

}  // namespace

Prepared prepare_call(const Program&) {
  auto wanted = std::make_shared<CallOptions>();
  return {
      .syntax = {.about = "Calls an action of the box.",
                 .options = with_box_options(
                     {json_flag(wanted->json, "Print the answer as JSON"),
                      {.name = "batch",
                       .target = &wanted->batch,
                       .help = "Read a call per line, print a JSON object per line ('-': standard "
                               "input)",
                       .value = "FILE"},
                      yes_flag(wanted->yes, "Do not ask before an action that may change the box")},
                     wanted->box),
                 .words = "SERVICE ACTION [NAME=VALUE ...]",
                 .most_words = kAnyNumber,
                 .more = "  boxmeter fritz call DeviceInfo1 GetInfo\n"
                         "  boxmeter fritz call Hosts1 GetGenericHostEntry NewIndex=0 --json"},
      .run = [wanted](const Words& words) {
        return wanted->batch.empty() ? call_one(*wanted, words) : call_batch(*wanted, words);
      }};
}

}  // namespace boxmeter::fritz
