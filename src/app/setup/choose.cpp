// setup: finds boxes and lets the person choose one.
#include <unistd.h>

#include <future>
#include <iostream>

#include "app/setup/setup.h"
#include "app/terminal.h"
#include "base/number.h"
#include "base/text.h"
#include "config/endpoint.h"

namespace boxmeter::setup {
namespace {

constexpr auto kListenFor = std::chrono::milliseconds(1500);
constexpr const char* kUrlOption = "--url";

struct Candidate {
  const DeviceKind* kind = nullptr;
  FoundBox found = {};
};

/// The kinds to look for: the one that was named, or all that setup supports.
std::vector<const DeviceKind*> wanted(const Answers& answers, DeviceKinds kinds) {
  std::vector<const DeviceKind*> all;
  if (!answers.kind.empty()) all.push_back(&find_kind(kinds, answers.kind));
  for (const DeviceKind& kind : kinds)
    if (answers.kind.empty() && kind.setup.look != nullptr) all.push_back(&kind);
  if (all.empty() || all[0]->setup.look == nullptr)
    throw Error(ErrorKind::config, "a device of kind '" + answers.kind +
                                       "' is set up by hand: write it into the configuration");
  return all;
}

std::vector<Candidate> search(const std::vector<const DeviceKind*>& kinds, http::Stop& stop) {
  std::cerr << "Looking for boxes on this network ...\n";
  std::vector<std::future<std::vector<FoundBox>>> searches;
  for (const DeviceKind* kind : kinds)
    searches.push_back(std::async(std::launch::async, [kind, &stop] {
      return kind->setup.find == nullptr ? std::vector<FoundBox>()
                                         : kind->setup.find(kListenFor, stop);
    }));
  std::vector<Candidate> found;
  for (std::size_t i = 0; i < kinds.size(); ++i)
    for (FoundBox& box : searches[i].get()) found.push_back({kinds[i], std::move(box)});
  return found;
}

/// The URL as the configuration would read it.
std::string box_url(const std::string& text, const DeviceKind& kind) {
  const Document document = parse_yaml(Reply{{"url", text}}.dump(), kUrlOption);
  const Value url = Section(Value(document), {"url"}).required("url");
  try {
    return read_box_url(url, kind);
  } catch (const Error& error) {
    // It stands in no file: the place of the value would only puzzle.
    std::string message = error.what();
    if (const std::string place = url.place() + ": "; message.starts_with(place))
      message.erase(0, place.size());
    throw Error(error.kind(), message);
  }
}

DeviceConfig at(const std::string& url, const DeviceKind& kind) {
  DeviceConfig device{.kind = std::string(kind.name), .url = url, .one_shot = true};
  device.tls.mode = kind.default_tls;
  return device;
}

/// The box at the address, tried as each kind in turn.
Candidate look(const std::string& text, const std::vector<const DeviceKind*>& kinds,
               http::Stop& stop) {
  std::string tried;
  for (const DeviceKind* kind : kinds) {
    try {
      Candidate found{kind, kind->setup.look(at(box_url(text, *kind), *kind), stop)};
      // If the person wrote http://, do not propose https.
      if (text.find("://") != std::string::npos) found.found.secure_url.clear();
      return found;
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::config) throw;
      tried.append("; as ").append(kind->setup.title).append(": ").append(error.what());
    }
  }
  throw Error(ErrorKind::network, "no box that boxmeter knows answers there (" + tried.substr(2) +
                                      "); for a " + std::string(kinds[0]->setup.title) + ": " +
                                      std::string(kinds[0]->setup.opening));
}

void show(const std::vector<Candidate>& found) {
  std::vector<TableRow> rows;
  for (const Candidate& each : found)
    rows.push_back({std::to_string(rows.size() + 1), std::string(each.kind->setup.title),
                    each.found.what, each.found.url});
  std::cerr << table(rows);
}

/// Lists the boxes that were found; the answer is a number of the list or an address.
Candidate choose(const Answers& answers, const std::vector<const DeviceKind*>& kinds,
                 http::Stop& stop) {
  std::vector<Candidate> found = search(kinds, stop);
  show(found);
  if (found.empty() && answers.yes)
    throw Error(ErrorKind::network, "no box was found; name its address with --url");
  if (found.size() > 1 && answers.yes)
    throw Error(ErrorKind::config, std::to_string(found.size()) +
                                       " boxes were found; name the address of one with --url");
  const std::string chosen =
      found.empty() ? answer(answers, "Nothing was found. The address of the box", "", kUrlOption)
                    : answer(answers, "Which one (a number, or another address)", "1", kUrlOption);
  const auto number = parse_integer<std::size_t>(chosen);
  if (number && *number >= 1 && *number <= found.size()) return found[*number - 1];
  return look(chosen, kinds, stop);
}

}  // namespace

std::string answer(const Answers& answers, const std::string& question, const std::string& proposed,
                   const std::string& option) {
  if (answers.yes && !proposed.empty()) return proposed;
  std::string given = ask(question, proposed, "give " + option);
  if (given.empty()) throw Error(ErrorKind::config, "'" + question + "' needs an answer");
  return given;
}

Box choose_box(const Answers& answers, DeviceKinds kinds, http::Stop& stop) {
  const std::vector<const DeviceKind*> possible = wanted(answers, kinds);
  const Candidate chosen =
      answers.url.empty() ? choose(answers, possible, stop) : look(answers.url, possible, stop);
  const FoundBox& found = chosen.found;
  Box box{.kind = chosen.kind,
          .device = at(found.secure_url.empty() ? found.url : found.secure_url, *chosen.kind),
          .what = found.what};
  std::cerr << found.what << (box.device.url == "auto" ? "" : " at " + box.device.url) << "\n";
  return box;
}

}  // namespace boxmeter::setup
