#include "sim/box.h"

#include "base/error.h"
#include "sim/freebox.h"
#include "sim/fritzbox.h"

namespace boxmeter::sim {
namespace {

constexpr BoxKind kKinds[] = {
    {"fritzbox", &prepare_fritzbox},
    {"freebox", &prepare_freebox},
};

}  // namespace

void Box::press(const std::string& answer) {
  throw Error(ErrorKind::config, "this box has no button that can be '" + answer + "'");
}

void Box::overrule(const std::string& request, const std::string& error) {
  overruled_.with([&](auto& errors) {
    if (error.empty())
      errors.erase(request);
    else
      errors[request] = error;
    any_overruled_ = !errors.empty();
  });
}

std::string Box::overruled(const std::string& request) const {
  if (!any_overruled_) return {};
  return overruled_.with([&](const auto& errors) {
    const auto found = errors.find(request);
    return found == errors.end() ? std::string() : found->second;
  });
}

const BoxKind& find_box_kind(std::string_view name) {
  for (const BoxKind& kind : kKinds)
    if (kind.name == name) return kind;
  throw Error(ErrorKind::config,
              "unknown kind '" + std::string(name) + "' (known: fritzbox, freebox)");
}

}  // namespace boxmeter::sim
