#include "config/shard.h"

#include <cstdint>
#include <optional>

#include "base/error.h"
#include "base/number.h"
#include "base/text.h"
#include "http/url.h"

namespace boxmeter {
namespace {

constexpr std::string_view kIndex = "{index}";
constexpr unsigned kMostShares = 10000;

/// The finalizer of SplitMix64: FNV-1a of names that differ in one digit differs in few bits.
std::uint64_t mixed(std::uint64_t hash) {
  hash = (hash ^ (hash >> 30U)) * 0xbf58476d1ce4e5b9U;
  hash = (hash ^ (hash >> 27U)) * 0x94d049bb133111ebU;
  return hash ^ (hash >> 31U);
}

}  // namespace

unsigned share_of(std::string_view device, unsigned of) {
  const std::uint64_t name = stable_hash(device);
  unsigned best = 0;
  std::uint64_t highest = 0;
  for (unsigned share = 0; share < of; ++share) {
    const std::uint64_t hash = mixed(name + mixed(share + 1U));
    if (share > 0 && hash <= highest) continue;
    highest = hash;
    best = share;
  }
  return best;
}

bool Shard::takes(std::string_view device) const { return share_of(device, of) == index; }

std::string Shard::address_of(unsigned share) const {
  std::string whole = address;
  if (const auto at = whole.find(kIndex); at != std::string::npos)
    whole.replace(at, kIndex.size(), std::to_string(share));
  return whole;
}

unsigned read_shard_index(const std::string& text, unsigned of) {
  const auto dash = text.rfind('-');
  const auto index =
      parse_integer<unsigned>(dash == std::string::npos ? text : text.substr(dash + 1));
  if (!index)
    throw Error(ErrorKind::config,
                "'" + text +
                    "' is no index of a shard; write a number, or a name that ends in one "
                    "such as boxmeter-0");
  if (*index >= of)
    throw Error(ErrorKind::config, "index " + std::to_string(*index) + " of " + std::to_string(of) +
                                       " shards: the highest is " + std::to_string(of - 1));
  return *index;
}

std::string read_shard_address(const std::string& text) {
  const auto at = text.find(kIndex);
  if (at == std::string::npos)
    throw Error(ErrorKind::config,
                "'address' must have {index} in it, such as boxmeter-{index}:9877");
  std::string first = text;
  const auto url = http::parse_url(first.replace(at, kIndex.size(), "0"));
  if (!url || !url->scheme.empty() || !url->rest.empty() || url->has_credentials)
    throw Error(ErrorKind::config, "'address' takes host:port such as boxmeter-{index}:9877, not " +
                                       http::quoted_url(text));
  return text;
}

Shard read_shard(const std::string& text, Shard shard) {
  const auto slash = text.rfind('/');
  const auto of =
      slash == std::string::npos ? std::nullopt : parse_integer<unsigned>(text.substr(slash + 1));
  if (!of || *of < 1 || *of > kMostShares)
    throw Error(ErrorKind::config, "'" + text + "' is no shard; write INDEX/OF such as 0/3");
  shard.of = *of;
  shard.index = read_shard_index(text.substr(0, slash), *of);
  return shard;
}

}  // namespace boxmeter
