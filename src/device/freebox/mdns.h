#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

// A question to all machines of a network, and what they answer (RFC 6762, RFC 6763).  Pure.
namespace boxmeter::freebox {

/// "Freebox Server._fbx-api._tcp.local", part by part: a part may have dots in it.
using MdnsName = std::vector<std::string>;

enum class MdnsType : unsigned char { pointer = 12, text = 16 };

/// The datagram that asks for it.  It is answered to whoever sent it (RFC 6762 section 6.7): port
/// 5353, where another program may listen, is not needed.
std::string mdns_question(const MdnsName& name, MdnsType type);

struct MdnsAnswer {
  /// Of each instance of the service whose text is in the answer: its keys (in lower case) and
  /// values, and its own name as `device_name`.
  std::vector<std::map<std::string, std::string>> texts = {};
  std::vector<MdnsName> without_text = {};  // instances that have to be asked for theirs
};

/// What a datagram says of a service.  Nothing if it is no answer; what is cut off, or leads its
/// reader in circles, ends there.
MdnsAnswer parse_mdns(std::string_view datagram, const MdnsName& service);

}  // namespace boxmeter::freebox
