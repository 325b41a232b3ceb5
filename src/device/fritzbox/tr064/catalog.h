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

/// What a model with a firmware can be asked.  Boxes that say the same of themselves share one, and
/// with it the SCPDs: the second of a thousand equal boxes loads and keeps none.  Any thread.
class Catalog {
 public:
  /// Either may be missing: a box that only serves igddesc.xml is old or its provider's, one
  /// without it has "Transmit status information over UPnP" off.
  Catalog(std::optional<Description> tr064, std::optional<Description> igd);

  /// Throws Error{refused, unsupported} that says what would do.
  const Service& service(const std::string& name) const;
  const Service* find(std::string_view name) const;

  const std::string& model() const { return model_; }
  const SystemVersion& version() const { return version_; }
  bool has_tr064() const { return has_tr064_; }
  bool has_igd() const { return has_igd_; }
  /// In the order of the descriptions, igddesc.xml first.
  const std::vector<Service>& services() const { return services_; }

  /// Null until somebody kept it.
  std::shared_ptr<const Scpd> scpd(const std::string& url) const;
  /// All that were kept, by URL.
  std::map<std::string, std::shared_ptr<const Scpd>> scpds() const;
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

/// The one that another box in this process already has, if it is the same; a description without
/// a version is never shared.
CatalogPtr shared_catalog(std::optional<Description> tr064, std::optional<Description> igd);

}  // namespace boxmeter::fritzbox
