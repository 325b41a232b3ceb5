#include "device/fritzbox/tr064/catalog.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace boxmeter::fritzbox {

Catalog::Catalog(std::optional<Description> tr064, std::optional<Description> igd)
    : has_tr064_(tr064.has_value()), has_igd_(igd.has_value()) {
  if (igd) services_ = std::move(igd->services);
  if (tr064) {
    model_ = std::move(tr064->model);
    version_ = std::move(tr064->version);
    for (Service& service : tr064->services) add(std::move(service));
  }
  services_.shrink_to_fit();
}

/// If both descriptions have a service of that name, TR-064's is used.
void Catalog::add(Service service) {
  const auto found = std::ranges::find(services_, service.name, &Service::name);
  if (found == services_.end())
    services_.push_back(std::move(service));
  else if (found->is_igd())
    *found = std::move(service);
}

const Service* Catalog::find(std::string_view name) const {
  const auto found = std::ranges::find(services_, name, &Service::name);
  return found == services_.end() ? nullptr : &*found;
}

/// Compares names without X_AVM-DE_, which half of them begin with: it would make any two look
/// similar.
std::string Catalog::suggestion(const std::string& name) const {
  const auto bare = [](std::string_view text) {
    return std::string(text.substr(text.starts_with("X_AVM-DE_") ? 9 : 0));
  };
  std::vector<std::string> names, bare_names;
  for (const Service& service : services_) {
    names.push_back(service.name);
    bare_names.push_back(bare(service.name));
  }
  return did_you_mean(bare(name), bare_names).empty() ? "" : did_you_mean(name, names);
}

const Service& Catalog::service(const std::string& name) const {
  if (const Service* found = find(name)) return *found;
  // The names of IGD services are shortened: WANCommonIFC1, WANIPConn1.
  const bool is_igd = name.starts_with("WANCommonIFC") || name.starts_with("WANIPConn1") ||
                      name.starts_with("WANDSLLinkC1") || name.starts_with("WANIPv6Firewall");
  std::string way_out = suggestion(name);
  if (is_igd && !has_igd_)
    way_out = " (switch on 'Transmit status information over UPnP' in the box's network settings)";
  throw Error(ErrorKind::refused, "this box has no service '" + name + "'" + way_out,
              Refusal::unsupported);
}

std::shared_ptr<const Scpd> Catalog::scpd(const std::string& url) const {
  return scpds_.with([&](const auto& scpds) {
    const auto found = scpds.find(url);
    return found == scpds.end() ? nullptr : found->second;
  });
}

std::map<std::string, std::shared_ptr<const Scpd>> Catalog::scpds() const {
  return scpds_.with([](const auto& scpds) { return scpds; });
}

std::shared_ptr<const Scpd> Catalog::keep(const std::string& url, Scpd scpd) const {
  return scpds_.with([&](auto& scpds) {
    return scpds.try_emplace(url, std::make_shared<const Scpd>(std::move(scpd))).first->second;
  });
}

CatalogPtr shared_catalog(std::optional<Description> tr064, std::optional<Description> igd) {
  static Guarded<std::vector<std::weak_ptr<const Catalog>>> known;  // one per model and firmware
  auto mine = std::make_shared<const Catalog>(std::move(tr064), std::move(igd));
  if (mine->version().display.empty()) return mine;
  return known.with([&](auto& catalogs) -> CatalogPtr {
    std::erase_if(catalogs, [](const auto& catalog) { return catalog.expired(); });
    for (const auto& catalog : catalogs)
      if (CatalogPtr other = catalog.lock(); other && *other == *mine) return other;
    catalogs.push_back(mine);
    return mine;
  });
}

}  // namespace boxmeter::fritzbox
