#include "publish/site/assets.h"

#include <array>
#include <cstdio>
#include <stdexcept>

#include "base/text.h"

namespace boxmeter {

std::string asset_link(std::string_view name) {
  for (const Asset& asset : assets()) {
    if (asset.name != name) continue;
    std::array<char, 32> hash{};
    std::snprintf(hash.data(), hash.size(), "%zx", stable_hash(asset.text));
    return std::string(name) + "?" + hash.data();
  }
  throw std::out_of_range("no asset " + std::string(name));
}

}  // namespace boxmeter
