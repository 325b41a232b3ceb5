#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

// mDNS and DNS-SD messages (RFC 6762, RFC 6763): makes questions and reads answers.  Pure, any
// thread; never throws Error.
namespace boxmeter::freebox {

/// The labels of "Freebox Server._fbx-api._tcp.local"; a list, since a label may contain dots.
using MdnsName = std::vector<std::string>;

enum class MdnsType : unsigned char { pointer = 12, text = 16 };

/// The datagram that asks for records of a name.  Sent from any port but 5353, it is answered to
/// that port (RFC 6762 section 6.7), so it does not matter if another program has port 5353.
std::string mdns_question(const MdnsName& name, MdnsType type);

struct MdnsAnswer {
  /// The TXT record of each instance of the service that came with one: its keys (in lower case)
  /// and values, and the instance's name as `device_name`.
  std::vector<std::map<std::string, std::string>> texts = {};
  std::vector<MdnsName> without_text = {};  // instances whose TXT record must be asked for
};

/// What a datagram says of a service.  Empty if it is not an answer; reading ends, without an
/// error, at a record that is cut off or has a compression loop.
MdnsAnswer parse_mdns(std::string_view datagram, const MdnsName& service);

}  // namespace boxmeter::freebox
