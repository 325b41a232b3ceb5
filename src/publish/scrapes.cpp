#include "publish/scrapes.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace boxmeter {
namespace {

constexpr std::size_t kMostClients = 8, kLongestAgent = 64;

}  // namespace

void Scrapes::add(Scrape scrape) {
  scrape.agent = shortened(repair_utf8(scrape.agent), kLongestAgent);
  scrape.count = 1;
  all_.with([&](std::vector<Scrape>& all) {
    const auto known = std::ranges::find_if(all, [&](const Scrape& before) {
      return before.client == scrape.client && before.agent == scrape.agent;
    });
    if (known != all.end()) {
      scrape.count = known->count + 1;
      scrape.pause = scrape.last - known->last;
      all.erase(known);
    }
    all.insert(all.begin(), std::move(scrape));
    if (all.size() > kMostClients) all.pop_back();
  });
}

std::vector<Scrape> Scrapes::newest() const {
  return all_.with([](const std::vector<Scrape>& all) { return all; });
}

}  // namespace boxmeter
