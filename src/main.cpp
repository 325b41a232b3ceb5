#include <string>
#include <vector>

#include "app/commands.h"
#include "app/freebox/freebox.h"
#include "app/fritz/fritz.h"
#include "device/kinds.h"

int main(int argc, char** argv) {
  constexpr boxmeter::Command kBrands[] = {boxmeter::fritz::kCommand, boxmeter::kFreeboxCommand};
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  return boxmeter::run_command({.kinds = boxmeter::shipped_kinds(), .brands = kBrands}, arguments);
}
