// boxmeter fritz monitor: prints calls as they happen.
#include <algorithm>
#include <array>
#include <iostream>
#include <span>
#include <thread>

#include "app/fritz/show.h"
#include "app/fritz/subcommand.h"
#include "app/process.h"
#include "base/log.h"
#include "base/number.h"
#include "base/text.h"
#include "base/unicode.h"
#include "device/fritzbox/calls/call_lines.h"
#include "device/fritzbox/calls/call_stream.h"

namespace boxmeter::fritz {
namespace {

using namespace std::chrono_literals;

/// The fields of an event after time, event and id.
struct Event {
  std::string_view name;
  std::array<const char*, 4> fields;
};

constexpr Event kEvents[] = {
    {"RING", {"caller", "called", "line", nullptr}},
    {"CALL", {"extension", "caller", "called", "line"}},
    {"CONNECT", {"extension", "number", nullptr, nullptr}},
    {"DISCONNECT", {"seconds", nullptr, nullptr, nullptr}},
};

/// A JSON number if the text is one, else a string.
OrderedJson number_or_text(std::string_view text) {
  if (const auto value = parse_integer<unsigned>(text)) return *value;
  return text;
}

/// "2026-11-17T10:15:30" for "17.11.26 10:15:30", which is the box's local time, without a zone.
std::string iso_time(std::string_view text) {
  constexpr std::string_view kForm = "00.00.00 00:00:00";
  const bool fits =
      text.size() == kForm.size() && std::ranges::equal(text, kForm, [](char c, char form) {
        return form == '0' ? c >= '0' && c <= '9' : c == form;
      });
  if (!fits) return std::string(text);
  const std::string date(text);
  return "20" + date.substr(6, 2) + "-" + date.substr(3, 2) + "-" + date.substr(0, 2) + "T" +
         date.substr(9);
}

/// An unknown event keeps its fields without names; a line that is no event is kept whole.
OrderedJson to_json(const std::string& line) {
  const auto fields = split(line, ';');
  if (fields.size() < 3) return {{"line", line}};
  OrderedJson json = {
      {"time", iso_time(fields[0])}, {"event", fields[1]}, {"id", number_or_text(fields[2])}};
  const auto rest = std::span(fields).subspan(3);
  const auto event = std::ranges::find(kEvents, fields[1], &Event::name);
  if (event == std::end(kEvents)) {
    json["fields"] = std::vector<std::string>(rest.begin(), rest.end());
    return json;
  }
  for (std::size_t i = 0; i < rest.size() && i < event->fields.size(); ++i)
    if (const char* const name = event->fields[i]; name != nullptr)
      json[name] = std::string_view(name) == "seconds" ? number_or_text(rest[i]) : rest[i];
  return json;
}

/// Blocks until there is a connection again.
void reconnect(fritzbox::CallStream& stream) {
  std::cerr << "notice: the connection to the call monitor at " << stream.address()
            << " has ended; it is made again when the box answers\n";
  for (auto pause = 1s; !stream.is_open(); pause = std::min(2 * pause, std::chrono::seconds(60))) {
    try {
      stream.connect();
    } catch (const Error&) {
      std::this_thread::sleep_for(pause);
    }
  }
  std::cerr << "notice: connected again\n";
}

/// Runs until Ctrl-C, or until stdout is closed.
int listen(const std::string& address, bool json) {
  set_up_log("warn", "text");
  prepare_process(1);
  fritzbox::CallStream stream(address);
  fritzbox::CallLines lines;
  stream.connect();
  std::cerr << "notice: listening to the call monitor at " << address << ", until Ctrl-C\n";
  while (std::cout) {
    const auto bytes = stream.receive(1h);
    if (!bytes) {
      lines.forget_rest();
      reconnect(stream);
      continue;
    }
    for (const std::string& line : lines.take(*bytes))
      std::cout << (json ? to_json(repair_utf8(line)).dump() : printable(line)) << std::endl;
  }
  return 1;
}

struct MonitorOptions {
  BoxOptions box = {};
  bool json = false;
};

}  // namespace

Prepared prepare_monitor(const Program&) {
  auto wanted = std::make_shared<MonitorOptions>();
  return {
      .syntax = {.about = "Prints calls as they happen, until Ctrl-C.",
                 .options = with_box_options(
                     {json_flag(wanted->json, "Print a JSON object per event")}, wanted->box),
                 .more = "The call monitor is switched on by dialling #96*5* on a phone of the "
                         "box, and off by\n#96*4*. --port is its port here (default: 1012)."},
      .run = [wanted](const Words&) { return listen(call_monitor_of(wanted->box), wanted->json); }};
}

}  // namespace boxmeter::fritz
