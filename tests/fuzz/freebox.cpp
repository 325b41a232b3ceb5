#include <algorithm>

#include "app/freebox/expression.h"
#include "base/error.h"
#include "base/text.h"
#include "device/freebox/api_version.h"
#include "device/freebox/mdns.h"
#include "device/freebox/observer.h"
#include "device/freebox/protocol.h"
#include "device/freebox/request.h"
#include "device/freebox/secrets.h"
#include "fuzz.h"

namespace boxmeter::fuzz {

using namespace freebox;

void envelope(std::string_view input) {
  Envelope parsed = parse_envelope(200, input);
  if (!parsed.success) {
    wants_session(parsed);
    challenge_of(parsed);
    throw refusal(parsed);
  }
  Observer observer;
  observer.see("system/", parsed.result, {});
  observer.see("connection/", parsed.result, {});
  observer.see("connection/", parsed.result, {});
  expect(observer.epoch() == Epoch(), "what is seen twice is no change");
  std::set<std::string> hidden;
  remove_secrets(parsed.result, false, hidden);
  const std::string once = parsed.result.dump();
  remove_secrets(parsed.result, false, hidden);
  expect(parsed.result.dump() == once, "secrets are removed at once");
}

void api_version(std::string_view input) {
  const ApiVersion version = parse_api_version(200, input);
  const std::string root = api_root(version, 0);
  expect(root.starts_with('/') && !root.starts_with("//") && root.ends_with('/'),
         "the API's root is a path");
  expect(std::ranges::all_of(root, [](char c) { return c > 0x20 && c < 0x7F; }),
         "the API's root stands in a URL");
  for (const std::string& text : {version.domain, version.uid, version.model, version.device_name})
    expect(is_utf8(text), "what is known of a box is UTF-8");
}

void freebox_path(std::string_view input) {
  const Request request{.verb = "get", .target = std::string(input)};
  const std::string path = call_of(request, WallClock::time_point()).path;
  expect(!path.empty() && !path.starts_with('/'), "a path is relative to the API's root");
  expect(("/" + path + "/").find("/../") == std::string::npos, "a path does not climb");
  expect(path.find_first_of("#\\ ") == std::string::npos, "a path stays a path");
}

void mdns(std::string_view input) {
  const MdnsName service = {"_fbx-api", "_tcp", "local"};
  const MdnsAnswer answer = parse_mdns(input, service);
  for (const auto& text : answer.texts)
    expect(text.contains("device_name"), "what is announced has a name");
  for (const MdnsName& name : answer.without_text) {
    const std::string question = mdns_question(name, MdnsType::text);
    expect(question.size() <= 12 + 256 + 4, "a name that came can be asked for");
  }
}

void command(std::string_view input) {
  const Expression parsed = parse_expression(input);
  expect(!parsed.system.empty() && !parsed.method.empty(), "a command has a name");
  for (const Reply& value : parsed.positional) value.dump();
  for (const auto& [name, value] : parsed.named) {
    value.dump();
    follow(parsed.steps, value);
  }
}

}  // namespace boxmeter::fuzz
