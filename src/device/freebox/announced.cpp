#include <algorithm>

#include "device/freebox/discovery.h"
#include "device/freebox/mdns.h"
#include "device/multicast.h"

namespace boxmeter::freebox {
namespace {

constexpr Multicast kMdns{.group = "224.0.0.251", .port = 5353};
const MdnsName kService = {"_fbx-api", "_tcp", "local"};
constexpr std::size_t kMost = 16;  // boxes, and questions: anybody on the network may answer

void add(const std::map<std::string, std::string>& text, std::vector<ApiVersion>& boxes) {
  try {
    const ApiVersion box = parse_announcement(text);
    if (boxes.size() < kMost && std::ranges::find(boxes, box) == boxes.end()) boxes.push_back(box);
  } catch (const Error&) {
    // Something else announces itself under this name.
  }
}

}  // namespace

std::vector<ApiVersion> announced(std::chrono::milliseconds wait, const http::Stop& stop) {
  std::vector<ApiVersion> boxes;
  std::vector<std::string> questions = {mdns_question(kService, MdnsType::pointer)};
  kMdns.ask(questions, wait, stop, [&](std::string_view datagram, std::string_view) {
    const MdnsAnswer answer = parse_mdns(datagram, kService);
    for (const auto& text : answer.texts) add(text, boxes);
    for (const MdnsName& instance : answer.without_text) {
      std::string question = mdns_question(instance, MdnsType::text);
      if (questions.size() < kMost && std::ranges::find(questions, question) == questions.end())
        questions.push_back(std::move(question));
    }
  });
  if (boxes.empty()) throw Error(ErrorKind::network, "nobody announces '_fbx-api._tcp'");
  return boxes;
}

}  // namespace boxmeter::freebox
