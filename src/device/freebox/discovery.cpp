#include "device/freebox/discovery.h"

#include <algorithm>
#include <optional>

#include "device/freebox/json.h"

namespace boxmeter::freebox {
namespace {

constexpr const char* kHttps = "https://mafreebox.freebox.fr";
constexpr const char* kHttp = "http://mafreebox.freebox.fr";

/// Where a box says that it answers over https; empty: it does not say.
std::string https_url(const ApiVersion& version) {
  if (!version.https || version.domain.empty() || version.https_port == 0) return "";
  return "https://" + version.domain + ":" + std::to_string(version.https_port);
}

/// The steps of find_box(), and what went wrong in each.
struct Search {
  const Lookup& lookup;
  std::string tried = {};

  void failed(const std::string& what, const Error& error) {
    tried.append(tried.empty() ? "" : "; ").append(what).append(": ").append(error.what());
  }

  std::optional<Found> ask(const std::string& url) {
    if (url.empty()) return std::nullopt;
    try {
      return Found{.url = url, .version = lookup.ask(url)};
    } catch (const Error& error) {
      failed("'" + url + "'", error);
      return std::nullopt;
    }
  }

  std::vector<ApiVersion> announced(const std::string& known_uid) {
    std::vector<ApiVersion> boxes;
    try {
      boxes = lookup.announced();
    } catch (const Error& error) {
      failed("mDNS", error);
    }
    // Not std::ranges::stable_partition: clang 14 cannot compile it with g++ 12's library.
    std::stable_partition(boxes.begin(), boxes.end(), [&](const ApiVersion& box) {
      return !known_uid.empty() && box.uid == known_uid;
    });
    return boxes;
  }
};

}  // namespace

std::string known_file(const KnownBox& known) {
  return Reply{{"uid", known.uid}, {"url", known.url}}.dump(1) + "\n";
}

KnownBox parse_known_file(std::string_view text) {
  const Reply read = Reply::parse(text, nullptr, /*allow_exceptions=*/false);
  return {.uid = text_at(read, "uid"), .url = text_at(read, "url")};
}

Found find_box(const KnownBox& known, const Lookup& lookup) {
  Search search{lookup};
  if (auto found = search.ask(known.url)) return *found;
  for (const ApiVersion& box : search.announced(known.uid))
    if (auto found = search.ask(https_url(box))) return *found;
  if (auto found = search.ask(kHttps)) return *found;
  if (auto plain = search.ask(kHttp)) {
    const auto safe = search.ask(https_url(plain->version));
    return safe ? *safe : *plain;
  }
  throw Error(ErrorKind::network,
              "no Freebox found: " + search.tried + "; give its address as url");
}

}  // namespace boxmeter::freebox
