#pragma once
#include <string_view>

namespace boxmeter {

/// What a value of a reply tells of the people behind a box, by the place where it stands.
/// Addresses, MACs, UUIDs and mail addresses are known by their form, wherever they stand.
enum class Privacy {
  open,     // nobody knows: replaced, unless its form or a vocabulary shows that it is harmless
  product,  // what can be bought, or the brand's own word: stays where it is made of known words
  host,     // a device's name
  network,  // an SSID
  user,     // an account
  name,     // of a person, a file, a rule: anything else that people name
  domain,   // a name in the DNS
  phone,    // a phone number
  serial,   // a number of this one device
  secret,   // a key, a password, a token
  text,     // sentences, in which anything may stand: a log
};

/// Where a value stands in a recording.
struct PrivateSpot {
  std::string_view file = {};    // "get/lan_browser_pub.json"
  std::string_view parent = {};  // the element or member around it, "names"
  std::string_view member = {};  // the element, member or attribute itself, "name"
};

/// What a value tells.  Pure.
using PrivacyOf = Privacy (*)(const PrivateSpot& spot, std::string_view value);

}  // namespace boxmeter
