#include "config/shard.h"

#include <doctest/doctest.h>

#include <vector>

namespace boxmeter::shard_test {
namespace {

std::string name(int number) { return "box-" + std::to_string(number); }

}  // namespace

TEST_CASE("shares are about equal, and of three that become four a quarter of the devices moves") {
  constexpr int kDevices = 10'000;
  std::vector<int> shares(4);
  int moved = 0, moved_elsewhere = 0;
  for (int i = 0; i < kDevices; ++i) {
    const unsigned before = share_of(name(i), 3), after = share_of(name(i), 4);
    ++shares[after];
    moved += before != after ? 1 : 0;
    moved_elsewhere += before != after && after != 3 ? 1 : 0;
  }

  for (const int share : shares) CHECK((share > 2'350 && share < 2'650));
  CHECK((moved > 2'350 && moved < 2'650));
  CHECK(moved_elsewhere == 0);  // only to the new one
}

TEST_CASE("which share takes a device never changes") {
  std::string shares;
  for (int i = 0; i < 20; ++i) shares += std::to_string(share_of(name(i), 5));
  CHECK(shares == "22230302222212314110");
}

}  // namespace boxmeter::shard_test
