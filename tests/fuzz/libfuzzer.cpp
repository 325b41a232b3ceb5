// libFuzzer with the target that FUZZ_TARGET names; its own arguments are libFuzzer's, and go on to
// the processes that it starts.  Without FUZZ_TARGET: the names of all targets and their seeds.
#include <cstdint>
#include <cstdlib>
#include <iostream>

#include "fuzz.h"

namespace {

using boxmeter::fuzz::Target;
const Target* chosen = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*count*/, char*** /*arguments*/) {
  const char* given = std::getenv("FUZZ_TARGET");
  const std::string_view wanted = given != nullptr ? given : "";
  for (const Target& target : boxmeter::fuzz::targets()) {
    if (wanted.empty()) std::cout << target.name << " " << target.seeds << "\n";
    if (target.name == wanted) chosen = &target;
  }
  if (chosen == nullptr) std::exit(wanted.empty() ? 0 : 2);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  boxmeter::fuzz::feed(*chosen, {reinterpret_cast<const char*>(data), size});
  return 0;
}
