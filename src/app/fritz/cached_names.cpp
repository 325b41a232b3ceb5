#include "app/fritz/cached_names.h"

#include <algorithm>

#include "base/environment.h"
#include "base/error.h"
#include "base/file.h"
#include "device/fritzbox/tr064/cache.h"

namespace boxmeter::fritz {
namespace {

/// A file that is not of our cache adds nothing.
void add_names(std::vector<std::string>& names, const std::filesystem::path& file,
               std::string_view what, const std::vector<std::string>& before) try {
  const auto catalog = fritzbox::from_cache(read_file(file));
  for (const fritzbox::Service& service : catalog->services()) {
    if (what == "SERVICE") names.push_back(service.name);
    if (what != "ACTION" || before.empty() || service.name != before.front()) continue;
    if (const auto scpd = catalog->scpd(service.scpd_url))
      for (const fritzbox::Action& action : scpd->actions) names.push_back(action.name);
  }
} catch (const Error&) {
}

}  // namespace

std::vector<std::string> cached_names(std::string_view what,
                                      const std::vector<std::string>& before) {
  const auto folder = environment("FRITZ_CACHEDIRECTORY");
  std::vector<std::string> names;
  for (const auto& file : list_folder(folder ? std::filesystem::path(*folder) : user_cache_dir()))
    if (file.extension() == ".json") add_names(names, file, what, before);
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace boxmeter::fritz
