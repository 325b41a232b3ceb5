#include "yaml/keys.h"

#include <algorithm>

namespace boxmeter {

const Key* find_key(Keys keys, std::string_view name) {
  const auto found = std::ranges::find(keys, name, &Key::name);
  return found == keys.end() ? nullptr : &*found;
}

}  // namespace boxmeter
