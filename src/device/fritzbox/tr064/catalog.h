#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "device/fritzbox/tr064/description.h"
#include "device/fritzbox/tr064/scpd.h"

namespace boxmeter::fritzbox {

/// The services of a model and firmware, and their SCPDs as far as they were loaded.  Boxes with
/// equal descriptions share one catalog (see shared_catalog()), so a thousand equal boxes load and
/// store each SCPD once.  Any thread.
class Catalog {
 public:
  /// Either may be missing: without tr64desc.xml the box is very old or a provider's, without
  /// igddesc.xml "Transmit status information over UPnP" is switched off.
  Catalog(std::optional<Description> tr064, std::optional<Description> igd);

  /// Throws Error{refused, unsupported}, with the way out, if the box does not have it.
  const Service& service(const std::string& name) const;
  /// Null if the box does not have it.
  const Service* find(std::string_view name) const;

  const std::string& model() const { return model_; }
  const SystemVersion& version() const { return version_; }
  bool has_tr064() const { return has_tr064_; }
  bool has_igd() const { return has_igd_; }
  /// In the order of the descriptions, igddesc.xml first.
  const std::vector<Service>& services() const { return services_; }

  /// The SCPD at this URL; null if it was not loaded yet.
  std::shared_ptr<const Scpd> scpd(const std::string& url) const;
  /// All that were loaded, by URL.
  std::map<std::string, std::shared_ptr<const Scpd>> scpds() const;
  /// Adds an SCPD that was loaded; returns the one that is kept, which is the first one added.
  std::shared_ptr<const Scpd> keep(const std::string& url, Scpd scpd) const;

  friend bool operator==(const Catalog& a, const Catalog& b) {
    return a.model_ == b.model_ && a.version_ == b.version_ && a.has_igd_ == b.has_igd_ &&
           a.services_ == b.services_;
  }

 private:
  void add(Service service);
  std::string suggestion(const std::string& name) const;

  std::string model_;
  SystemVersion version_;
  bool has_tr064_ = false;
  bool has_igd_ = false;
  std::vector<Service> services_;
  mutable Guarded<std::map<std::string, std::shared_ptr<const Scpd>>> scpds_;
};
using CatalogPtr = std::shared_ptr<const Catalog>;

/// A catalog of these descriptions: the one that another box in this process already uses, if it is
/// equal.  A description without a version is never shared.  Any thread.
CatalogPtr shared_catalog(std::optional<Description> tr064, std::optional<Description> igd);

}  // namespace boxmeter::fritzbox
