#include <string>
#include <vector>

#include "app/commands.h"
#include "example.h"

// boxmeter with one brand more.
int main(int argc, char** argv) {
  const boxmeter::DeviceKinds shipped = boxmeter::shipped_kinds();
  std::vector<boxmeter::DeviceKind> kinds(shipped.begin(), shipped.end());
  kinds.push_back(boxmeter::example::kKind);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  return boxmeter::run_command({.kinds = kinds}, arguments);
}
