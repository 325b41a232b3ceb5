#pragma once
#include <map>
#include <string>

#include "device/device.h"
#include "device/fritzbox/calls/call_monitor.h"
#include "device/fritzbox/target.h"
#include "device/fritzbox/tr064/caller.h"
#include "device/fritzbox/tr064/watch.h"
#include "device/fritzbox/web/session.h"

namespace boxmeter::fritzbox {

/// One Fritz!Box: TR-064, its lists, what its web server answers, and what it says that it can be
/// asked.
class Box : public Device {
 public:
  Box(const DeviceConfig& config, http::Stop& stop);

  Reply call(const Request& request) override;
  Epoch epoch() const override { return watch_.epoch(); }
  Incarnation incarnation() const override { return watch_.incarnation(); }
  Reply permissions() const override { return caller_.known_rights(); }
  std::uint64_t answers() const override { return answers_; }
  std::uint64_t logins() const override { return caller_.logins() + session_.logins(); }

  /// One action with all that the box answers: in its order, empty arguments as "", secrets only
  /// with DeviceConfig::reveal.  Whether it changes the box is the caller's affair.  Throws Error
  /// as call().
  Answer act(const Target& target, const Arguments& arguments);

  /// For listings; each throws what http::Client throws.  Neither asks for a login, but where the
  /// box wants one for its descriptions (remote access).
  CatalogPtr catalog() { return caller_.catalog(); }
  /// Null when the box serves none.
  std::shared_ptr<const Scpd> scpd(const Service& service) { return caller_.scpd(service); }

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

  Answer ask(const Target& target, const Arguments& arguments, Caller::Types types);
  Answer ask_service(const std::string& service, const std::string& action,
                     const Arguments& arguments, Caller::Types types);
  Answer ask_connection(const std::string& action, const Arguments& arguments, Caller::Types types);
  std::string default_connection();
  [[noreturn]] void fail(const Target& target, const Fault& fault);

  Account account_;
  bool reveal_ = false;
  std::string url_;
  Caller caller_;
  Session session_;
  CallMonitor call_monitor_;
  Watch watch_;
  std::uint64_t answers_ = 0;
  std::size_t body_limit_ = 4U << 20;         // of the request under way
  std::string connection_;                    // what WANConnection stands for; empty: not known
  std::map<std::string, std::string> paths_;  // by request: of its document, with a session id
  std::map<std::string, unsigned> internal_errors_;  // by target: how many in a row
};

}  // namespace boxmeter::fritzbox
