#include "app/fritz/cached_names.h"

#include "base/environment.h"
#include "base/file.h"
#include "device/fritzbox/tr064/cache.h"

namespace boxmeter::fritz {
namespace {

std::vector<std::string> names_of(const fritzbox::Catalog& catalog, std::string_view what,
                                  const std::vector<std::string>& before) {
  std::vector<std::string> names;
  for (const fritzbox::Service& service : catalog.services()) {
    if (what == "SERVICE") names.push_back(service.name);
    if (what != "ACTION" || before.empty() || service.name != before.front()) continue;
    if (const auto scpd = catalog.scpd(service.scpd_url))
      for (const fritzbox::Action& action : scpd->actions) names.push_back(action.name);
  }
  return names;
}

}  // namespace

std::vector<std::string> cached_names(std::string_view what,
                                      const std::vector<std::string>& before) {
  const auto folder = environment("FRITZ_CACHEDIRECTORY");
  std::vector<std::string> names;
  for (const auto& file : list_folder(folder ? std::filesystem::path(*folder) : user_cache_dir()))
    if (file.extension() == ".json")
      names = names_of(*fritzbox::from_cache(read_file(file)), what, before);
  return names;
}

}  // namespace boxmeter::fritz
