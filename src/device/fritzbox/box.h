#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "device/device.h"
#include "device/fritzbox/calls/call_monitor.h"
#include "device/fritzbox/tr064/client.h"
#include "device/fritzbox/tr064/restarts.h"
#include "device/fritzbox/tr064/target.h"
#include "device/fritzbox/web/session.h"
#include "device/hidden.h"

namespace boxmeter::fritzbox {

/// One Fritz!Box: its TR-064 actions and the documents they point to, its web server, its call
/// monitor, and the catalog of what it can be asked.
class Box : public Device, public Hides {
 public:
  Box(const DeviceConfig& config, http::Stop& stop);

  Reply call(const Request& request) override;
  const std::set<std::string>& hidden() const override { return hidden_; }
  Epoch epoch() const override { return restarts_.epoch(); }
  Incarnation incarnation() const override { return restarts_.incarnation(); }
  Reply permissions() const override { return tr064_.known_rights(); }
  std::uint64_t answers() const override {
    return answers_ + tr064_.descriptions() + call_monitor_.answers();
  }
  std::uint64_t logins() const override { return tr064_.logins() + web_.logins(); }

  /// Calls one action and returns all arguments of its answer in the box's order, an empty one as
  /// "", a secret as null (unless DeviceConfig::reveal).  Also calls actions that change the box:
  /// the caller must have asked for consent.  Throws Error as call().
  SoapAnswer act(const Target& target, const Arguments& arguments);

  /// Throws Error{refused} where the box describes no such action, with what may be meant; sends
  /// nothing that could change it.
  void must_have(const Target& target);

  /// For listings.  Both throw what http::Client throws, and log in only if the box demands it for
  /// its descriptions (remote access).
  CatalogPtr catalog() { return tr064_.catalog(); }
  /// Null if the box has none for this service.
  std::shared_ptr<const Scpd> scpd(const Service& service) { return tr064_.scpd(service); }

 private:
  Reply answer(const Request& request);
  Reply dispatch(const Request& request);
  Reply web(const Request& request);
  std::string found_web_url();
  Reply single(const Target& target, const Request& request);
  Reply walk(const Target& target, const Request& request);
  Reply list(const Target& target, const Request& request);
  Reply fresh_list(const Target& target, const Request& request);
  unsigned count(const Request& request);

  SoapAnswer ask(const Target& target, const Arguments& arguments, Tr064Client::Types types);
  SoapAnswer ask_service(const std::string& service, const std::string& action,
                         const Arguments& arguments, Tr064Client::Types types);
  SoapAnswer ask_connection(const std::string& action, const Arguments& arguments,
                            Tr064Client::Types types);
  std::vector<std::string> connection_services();
  std::string default_connection();
  [[noreturn]] void fail(const Target& target, const Fault& fault);

  Account account_;
  bool reveal_ = false;
  bool shows_personal_ = false;
  std::set<std::string> hidden_;  // names, of the last reply
  std::string url_;
  Tr064Client tr064_;
  WebSession web_;
  CallMonitor call_monitor_;
  RestartDetector restarts_;
  std::uint64_t answers_ = 0;
  std::size_t body_limit_ = 4U << 20;  // bytes, of the current request
  /// By action: the service that answered it for `WANConnection`, which stands for several.
  std::map<std::string, std::string> connections_;
  std::map<std::string, std::string> paths_;  // by request: its document's path, with a session id
  std::map<std::string, unsigned> internal_errors_;  // by target: how many in a row
};

}  // namespace boxmeter::fritzbox
