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

/// The TR-064 client of one box: its connection, its login, and the calls.  Reads from the box
/// whatever a call takes first: the descriptions, the SCPD of a service at its first typed call,
/// the name of the user.  One thread at a time; blocks for as long as http::Client does.
class Tr064Client {
 public:
  /// Whether replies need their types: without, nobody asks for the SCPD.
  enum class Types { skip, load };

  Tr064Client(const DeviceConfig& config, Account& account, http::Stop& stop);
  ~Tr064Client();
  Tr064Client(const Tr064Client&) = delete;
  Tr064Client& operator=(const Tr064Client&) = delete;

  /// `name` is the service's.  A fault is an answer.  Throws Error: what http::Client throws, auth,
  /// refused for an unknown service, protocol for what is no answer.
  SoapAnswer ask(const std::string& name, const std::string& action, Arguments arguments,
                 Types types, std::size_t body_limit);

  /// Throws Error{refused} where the box describes no such service, or the service no such action.
  void must_have(const std::string& service, const std::string& action);

  /// What stands behind a path on the box.  Throws Error{refused, unsupported} for 404.
  std::string document(const std::string& path, std::size_t body_limit);

  /// How many descriptions of TR-064 were read so far: only boxes of this kind have them.
  std::uint64_t descriptions() const { return descriptions_; }

  bool has(std::string_view service);

  /// Of the user who is logged in, asked once; empty where the box does not tell.
  const Rights& rights();
  /// The same, where they have been asked for.
  Rights known_rights() const { return rights_.value_or(Rights{}); }

  /// What the box can be asked; read without a login, but over remote access.
  const CatalogPtr& catalog();

  /// A service's description of itself; null when the box serves none, or one that is no such
  /// text.
  std::shared_ptr<const Scpd> scpd(const Service& service);

  /// The box restarted, maybe with another firmware: the next call sees to what is known of it.
  void forget();

  std::uint64_t logins() const { return http_.logins(); }

 private:
  /// Reads everything from the box again at the next call.
  void distrust();
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
  /// Without credentials, and only if the box asks for them (over remote access it always does)
  /// with.  Throws Error as http::Client.
  http::Response send_open(http::Request request, Clock::time_point now);
  /// With credentials.  Precondition: account_.ready(), and no account_.needs_user().
  http::Response send_logged_in(http::Request request, Clock::time_point now);
  http::Response send(const http::Request& request);

  std::string url_;
  bool always_logged_in_;  // remote access: nothing is open there
  Account& account_;
  std::uint64_t revision_ = 0;  // of the account, as http_ knows it
  http::Client http_;
  Cache cache_;
  CatalogPtr catalog_;                           // null: to be read
  std::optional<Clock::time_point> learned_at_;  // what the cache does not have yet
  std::uint64_t descriptions_ = 0;
  Clock::time_point read_at_ = {};
  std::optional<Rights> rights_;
  std::set<std::string> doubted_;
  std::map<std::string, Clock::time_point> without_scpd_;  // by URL: when it could not be had
};

}  // namespace boxmeter::fritzbox
