#include <doctest/doctest.h>

#include <array>

#include "app/commands.h"
#include "app/freebox/freebox.h"
#include "app/fritz/fritz.h"
#include "base/text.h"
#include "config/keys.h"
#include "config/pack_keys.h"
#include "options/help.h"
#include "places.h"
#include "roff.h"
#include "sim/arguments.h"

namespace boxmeter::man_pages_test {

// The pages in man/ are made here, of the tables that the programs read command lines,
// configurations and packs by.  After a change to these: UPDATE_GOLDEN=1 build/unit -tc="the manual
// page*"

namespace {

constexpr std::string_view kDate = "November 27, 2026";

/// The page as it is kept; UPDATE_GOLDEN=1 writes `made` there first.
std::string kept(const std::string& name, const std::string& made) {
  return golden("../../man/" + name, made);
}

std::string head(const std::string& title, int section, const std::string& about) {
  return ".\\\" Made by tests/unit/man_pages_test.cpp.\n.Dd " + std::string(kDate) + "\n.Dt " +
         title + " " + std::to_string(section) + "\n.Os\n.Sh NAME\n" + about;
}

std::string item(const std::string& title, const std::string& body) {
  return ".It " + title + "\n" + body;
}

std::string list(const std::string& items) {
  return items.empty() ? "" : ".Bl -tag -width Ds\n" + items + ".El\n";
}

std::string joined_words(std::span<const std::string_view> words) {
  return joined(std::vector<std::string>(words.begin(), words.end()));
}

// Command lines.

std::string option_item(const Option& option) {
  std::string title = option.letter == 0 ? "" : "Fl " + std::string(1, option.letter) + " , ";
  title += "Fl -" + std::string(option.name);
  if (!is_flag(option))
    title += (option.may_be_bare ? " Op Ar " : " Ar ") + roff::quoted(option.value);
  std::string body = option.help + ".";
  if (!option.choices.empty()) body += " One of: " + joined_words(option.choices) + ".";
  if (!option.otherwise.empty()) body += " Default: " + option.otherwise + ".";
  return item(title, roff::text(body));
}

std::string options_list(const std::vector<Option>& options) {
  std::string items;
  for (const Option& option : options) items += option_item(option);
  return list(items);
}

/// Those of a group are told with the group.
std::vector<Option> own_options(const Syntax& syntax, bool is_below) {
  std::vector<Option> own;
  for (const Option& option : syntax.options)
    if (!is_below || !option.is_shared) own.push_back(option);
  return own;
}

std::string command_text(const Program& program, const Command& command, const std::string& before,
                         bool is_below) {
  const Prepared prepared = command.prepare(program);
  const std::string name = before + " " + std::string(command.name);
  std::string text = ".Ss " + name + "\n" + roff::text(prepared.syntax.about);
  if (!prepared.syntax.words.empty()) text += roff::text("Takes " + prepared.syntax.words + ".");
  text += options_list(own_options(prepared.syntax, is_below));
  if (!prepared.syntax.more.empty()) text += roff::literal(prepared.syntax.more);
  for (const Command& next : prepared.commands) text += command_text(program, next, name, true);
  return text;
}

/// Signals, variables and files.
std::string surroundings() {
  const auto told = [](const char* macro, const char* text) {
    return item(macro, roff::text(text));
  };
  return ".Sh SIGNALS\n" +
         list(told("Dv SIGHUP",
                   "To boxmeter serve: read the configuration again. A wrong one changes nothing "
                   "and is told in the log.") +
              told("Dv SIGTERM , SIGINT", "End, within a second.")) +
         ".Sh ENVIRONMENT\n" +
         list(
             told("Ev FRITZ_USERNAME , FRITZ_PASSWORD",
                  "Login of boxmeter fritz, and of the daemon where exactly one Fritz!Box is "
                  "configured and names none.") +
             told("Ev FRITZ_USECACHE , FRITZ_CACHEDIRECTORY", "As the options of boxmeter fritz.") +
             told("Ev STATE_DIRECTORY , CREDENTIALS_DIRECTORY , RUNTIME_DIRECTORY",
                  "Set by systemd: state, passwords and the control socket of the service.") +
             told("Ev XDG_CONFIG_HOME , XDG_STATE_HOME , XDG_CACHE_HOME",
                  "In the place of ~/.config, ~/.local/state and ~/.cache.") +
             told("Ev TZ", "The time zone of the page and of the log, if log.format is text.")) +
         ".Sh FILES\n" +
         list(told("Pa boxmeter.yml , ~/.config/boxmeter/boxmeter.yml , "
                   "/etc/boxmeter/boxmeter.yml",
                   "The configuration, where none is named: the first of these that is there.") +
              told("Pa /etc/boxmeter/credentials/",
                   "Passwords and tokens of the service; systemd reads them as root and hands "
                   "them over.") +
              told("Pa /var/lib/boxmeter/ , ~/.local/state/boxmeter/",
                   "What is remembered: keys of boxes seen before, what a box lacks, what waits "
                   "to be pushed. The first is for the service and for root.") +
              told("Pa ~/.cache/boxmeter/", "What boxmeter fritz -x keeps.") +
              told("Pa /usr/share/doc/boxmeter/ , /usr/share/boxmeter/",
                   "Pages to read, dashboards, alerts, packs to copy from."));
}

std::string boxmeter_page() {
  constexpr Command kBrands[] = {fritz::kCommand, kFreeboxCommand};
  const Program program{.kinds = shipped_kinds(), .brands = kBrands};
  std::string told;
  for (const Command& command : commands(program))
    told += command_text(program, command, "boxmeter", false);
  return head("BOXMETER", 1,
              ".Nm boxmeter\n.Nd metrics of home routers for Prometheus\n.Sh SYNOPSIS\n.Nm "
              "boxmeter\n"
              ".Ar command\n.Op Ar options\n.Nm boxmeter\n.Cm help\n.Ar command\n") +
         ".Sh DESCRIPTION\n.Nm\n" +
         roff::text(
             "polls home routers (AVM Fritz!Box, Free's Freebox), exposes their data as Prometheus "
             "metrics "
             "with the same names for both brands, and can push the same over HTTP. The same "
             "program "
             "explores a box from a terminal.") +
         ".Sh COMMANDS\n" + told + surroundings() + ".Sh EXIT STATUS\n" +
         roff::text(
             "0 when all was done, 1 when something failed, 2 for wrong usage or a wrong "
             "configuration.") +
         ".Sh SEE ALSO\n.Xr boxmeter-sim 1 ,\n.Xr boxmeter-packs 5 ,\n.Xr boxmeter.yml 5\n";
}

// Configuration files.

std::string_view type_name(KeyType type) {
  constexpr std::array<std::string_view, 15> kNames = {"text",
                                                       "word",
                                                       "name",
                                                       "true or false",
                                                       "whole number",
                                                       "number",
                                                       "duration such as 15s",
                                                       "size such as 1MiB",
                                                       "file",
                                                       "URL",
                                                       "text, or a list of texts",
                                                       "mapping of texts",
                                                       "mapping",
                                                       "list of mappings",
                                                       "see the text"};
  return kNames[static_cast<std::size_t>(type)];
}

std::string key_text(const Key& key) {
  std::string text = std::string(key.help) + ".";
  const std::string type =
      type_name(key.type) == "see the text" ? "" : std::string(type_name(key.type));
  if (!type.empty()) text += " A " + type + ".";
  if (key.required) text += " Required.";
  if (!key.choices.empty()) text += " One of: " + joined_words(key.choices) + ".";
  if (!key.least.empty())
    text += " From " + std::string(key.least) + " to " + std::string(key.most) + ".";
  if (!key.default_text.empty()) text += " Default: " + std::string(key.default_text) + ".";
  std::string lines = roff::text(text);
  if (!key.example.empty())
    lines += "Example:\n" + roff::escaped(std::string(key.name) + ": " + std::string(key.example)) +
             "\n";
  return lines;
}

std::string keys_list(Keys keys) {
  std::string items;
  for (const Key& key : keys) {
    const bool has_own_heading = key.type == KeyType::section || key.type == KeyType::sections;
    std::string body = key_text(key);
    if (key.members != nullptr && !has_own_heading) body += keys_list(key.members->keys);
    items += item("Cm " + std::string(key.name), body);
  }
  return list(items);
}

/// The keys of a mapping, then each mapping below it under a heading of its own.
std::string sections_of(Keys keys, const std::string& path) {
  std::string text = keys_list(keys);
  for (const Key& key : keys) {
    if (key.type != KeyType::section && key.type != KeyType::sections) continue;
    const std::string name = (path.empty() ? "" : path + " > ") + std::string(key.name);
    text += ".Ss " + name + "\n" + sections_of(key.members->keys, name);
  }
  return text;
}

std::string configuration_page() {
  std::string kinds;
  for (const DeviceKind& kind : shipped_kinds())
    kinds += ".Ss Devices of kind " + std::string(kind.name) + "\n" + keys_list(kind.keys);
  return head("BOXMETER.YML", 5,
              ".Nm boxmeter.yml\n.Nd what boxmeter polls, publishes and pushes\n") +
         ".Sh DESCRIPTION\n" +
         roff::text(
             "One YAML file says which boxes are polled, how they are reached and where their data "
             "goes. "
             "Unknown keys, wrong values and missing files are told before anything starts, with "
             "file, "
             "line, column and the way out.") +
         ".Ql boxmeter check\ntells them all.\n.Pp\n" +
         roff::text(
             "Durations are 500ms, 15s, 2m, 1h; sizes 5KB (5,000 bytes) or 1MiB. ${NAME} in a "
             "value is "
             "replaced by that environment variable; $${ stands for ${. Relative paths are "
             "relative to "
             "the file.") +
         ".Sh KEYS\n" + sections_of(kRootKeys, "") + kinds + ".Sh EXAMPLES\n" +
         roff::literal(R"(devices:
  - name: home
    kind: fritzbox
    url: https://fritz.box:49443
    username: monitor
    password_file: credentials/home.password)") +
         ".Sh SEE ALSO\n.Xr boxmeter 1 ,\n.Xr boxmeter-packs 5\n";
}

std::string packs_page() {
  std::string verbs;
  for (const DeviceKind& kind : shipped_kinds())
    verbs += item(std::string(kind.name),
                  roff::text("The verbs of a request are " + joined(words(kind.verbs)) + ".") +
                      ".Ql " + roff::quoted(kind.example_request) + "\nis a request.\n");
  return head("BOXMETER-PACKS", 5,
              ".Nm boxmeter-packs\n.Nd what boxmeter asks a box, and how metrics are read out of "
              "the "
              "replies\n") +
         ".Sh DESCRIPTION\n" +
         roff::text(
             "A pack is a YAML file of queries for one kind of device. A query is a request and "
             "the rules "
             "that read metrics out of its reply. The packs that boxmeter ships are compiled in; "
             "files "
             "that query_files names add others, and one with the name of a shipped pack replaces "
             "it.") +
         ".Pp\n" +
         roff::text(
             "A reply is JSON, whatever was spoken on the wire. Paths are names and indices joined "
             "by /; * is "
             "every element or member, .. one level up, a final ~ the key or index itself; $name/ "
             "begins "
             "at the variable of for_each.") +
         ".Sh KEYS\n" + sections_of(kPackKeys, "") + ".Sh REQUESTS\n" + list(verbs) +
         ".Sh EXAMPLES\n" + roff::literal(R"(pack: my_queries
kind: fritzbox
queries:
  - name: fritzbox_my_traffic
    request: {tr064: WANCommonIFC1.GetAddonInfos}
    interval: 15s
    metrics:
      - name: fritzbox_my_receive_bytes_total
        type: counter
        help: Bytes received from the internet.
        value: [NewX_AVM_DE_TotalBytesReceived64, NewTotalBytesReceived])") +
         ".Sh SEE ALSO\n.Xr boxmeter 1 ,\n.Xr boxmeter.yml 5\n";
}

std::string simulator_page() {
  const std::array<const char*, 2> line = {"boxmeter-sim", "--help"};
  const std::string help = sim::read_arguments(2, line.data()).message;
  const std::size_t options = help.find("Options:");
  return head("BOXMETER-SIM", 1,
              ".Nm boxmeter-sim\n.Nd simulated Fritz!Boxes and Freeboxes\n.Sh SYNOPSIS\n.Nm "
              "boxmeter-sim\n.Fl -recording Ar folder\n.Op Ar options\n") +
         ".Sh DESCRIPTION\n.Nm\n" +
         roff::text(
             "plays recordings of home routers as live boxes on loopback: strict about logins, "
             "with "
             "counters that move and faults that can be switched while it runs. It prints a line "
             "per "
             "box (kind, recording, address), then") +
         ".Ql ready .\n" + roff::literal(help.substr(options)) + ".Sh FILES\n" +
         list(item("Pa /usr/share/boxmeter-sim/recordings/",
                   roff::text("Recordings made by hand that come with it."))) +
         ".Sh EXAMPLES\n" +
         roff::literal(
             "boxmeter-sim --recording /usr/share/boxmeter-sim/recordings/"
             "fritzbox-7590-154.07.57-handmade") +
         ".Sh SEE ALSO\n.Xr boxmeter 1\n";
}

}  // namespace

TEST_CASE("the manual pages say what the programs take") {
  INFO("after a change to an option or a key: UPDATE_GOLDEN=1 build/unit -tc=\"the manual page*\"");
  CHECK(kept("boxmeter.1", boxmeter_page()) == boxmeter_page());
  CHECK(kept("boxmeter.yml.5", configuration_page()) == configuration_page());
  CHECK(kept("boxmeter-packs.5", packs_page()) == packs_page());
  CHECK(kept("boxmeter-sim.1", simulator_page()) == simulator_page());
}

}  // namespace boxmeter::man_pages_test
