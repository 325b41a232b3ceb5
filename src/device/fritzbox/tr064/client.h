#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "device/fritzbox/tr064/account.h"
#include "device/fritzbox/tr064/cache.h"
#include "device/fritzbox/tr064/catalog.h"
#include "device/fritzbox/tr064/rights.h"
#include "device/fritzbox/tr064/soap.h"

namespace boxmeter::fritzbox {

/// The TR-064 client of one box: connection, login, calls (AVM, "TR-064 First Steps",
/// https://fritz.com/fileadmin/user_upload/Global/Service/Schnittstellen/AVM_TR-064_first_steps.pdf).
/// Before a call it reads from the box what is still missing: the descriptions, the SCPD of the
/// service, the name of the user.  One thread at a time; blocks as long as http::Client does, per
/// request.
class Tr064Client {
 public:
  /// Whether values of the reply get their types, which needs the SCPD; otherwise all are text.
  enum class Types { skip, load };

  Tr064Client(const DeviceConfig& config, Account& account, http::Stop& stop);
  ~Tr064Client();
  Tr064Client(const Tr064Client&) = delete;
  Tr064Client& operator=(const Tr064Client&) = delete;

  /// Calls an action of the service `name`.  A SOAP fault is returned, not thrown.  Throws Error as
  /// http::Client; auth; refused for an unknown service; protocol for what is no SOAP answer.
  SoapAnswer ask(const std::string& name, const std::string& action, Arguments arguments,
                 Types types, std::size_t body_limit);

  /// Throws Error{refused} where the box describes no service of this name, or the service no such
  /// action.
  void must_have(const std::string& name, const std::string& action);

  /// The document at a path on the box.  Throws Error{refused, unsupported} for 404.
  std::string document(const std::string& path, std::size_t body_limit);

  /// How often tr64desc.xml was read so far, which only boxes of this kind have.
  std::uint64_t descriptions() const { return descriptions_; }

  bool has(std::string_view service);

  /// The rights of the user who is logged in, asked for once; empty if the box does not say.
  const Rights& rights();
  /// The same without asking: empty if rights() was not called yet.
  Rights known_rights() const { return rights_.value_or(Rights{}); }

  /// What the box can be asked; read without a login, except over remote access.
  const CatalogPtr& catalog();

  /// The SCPD of a service; null if the box has none, or it cannot be read.
  std::shared_ptr<const Scpd> scpd(const Service& service);

  /// The box restarted, perhaps with another firmware: the next call verifies the cache again.
  void forget();

  std::uint64_t logins() const { return http_.logins(); }

 private:
  /// The catalog is outdated: the next call reads it from the box.
  void invalidate();
  void save();
  const Service& service(const std::string& name);
  Arguments checked_arguments(const Arguments& arguments, const std::string& service,
                              const Scpd& scpd, const Action& action);
  std::optional<Description> tr064_description();
  std::optional<Description> igd_description(bool needed);
  Description described(const http::Response& response) const;
  Stranger stranger(const http::Response& response) const;
  http::Response get(const std::string& path, std::size_t body_limit = 4U << 20);
  http::Response post(const Service& service, const std::string& action, http::Request request);
  std::string found_user();

  http::Request request(http::Method method, const std::string& path) const;
  /// Sends without credentials first, unless over remote access, and with them if the box demands
  /// it.
  http::Response send_open(http::Request request, Clock::time_point now);
  /// Sends with credentials.  Precondition: account_.ready(), and not account_.needs_user().
  http::Response send_logged_in(http::Request request, Clock::time_point now);
  http::Response send(const http::Request& request);

  std::string url_;
  bool always_logged_in_;  // remote access: the box demands a login for everything
  Account& account_;
  std::uint64_t revision_ = 0;  // of the account whose credentials http_ has
  http::Client http_;
  Cache cache_;
  CatalogPtr catalog_;                              // null: to be read
  std::optional<Clock::time_point> unsaved_since_;  // set: the cache file is older than catalog_
  std::uint64_t descriptions_ = 0;
  Clock::time_point read_at_ = {};
  std::optional<Rights> rights_;
  std::set<std::string> warned_about_;                     // doubts that were logged
  std::map<std::string, Clock::time_point> without_scpd_;  // by URL: when loading it failed
};

}  // namespace boxmeter::fritzbox
