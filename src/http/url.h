#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace boxmeter::http {

/// A URL, or the "host:port" of one, in its pieces.  The only type that takes addresses apart.
struct Url {
  std::string scheme = {};       // in lower case; empty when the text has none
  std::string host = {};         // an IPv6 address in its brackets
  std::optional<int> port = {};  // 0 to 65535, when one is written
  std::string rest = {};         // from the path on, as written: path, query and fragment
  bool has_credentials = false;  // which are dropped, and the host with them: refuse it

  /// host[:port]
  std::string authority() const;
  /// scheme://host[:port], what two URLs of one server share; without "://" when no scheme is
  /// there.
  std::string origin() const;
  /// host:port, with `usual` where no port is written.
  std::string host_and_port(int usual) const;
  /// The host as the system's resolver takes it: an IPv6 address without brackets.
  std::string plain_host() const;
};

/// nullopt when there is no host, or one with characters that none has, or when the port is no
/// number up to 65535.  Any scheme.  The host and port are libcurl's reading, which is what will
/// connect.  Pure; any thread; never throws Error.
std::optional<Url> parse_url(std::string_view text);

/// A URL as a message may quote it: 'http://h:1/p', without query and fragment, which may hold a
/// token; not at all where an '@' stands anywhere, since what is before it may be a password.  What
/// is no character of a URL becomes '?'.  Pure; any thread.
std::string quoted_url(std::string_view text);

}  // namespace boxmeter::http
