#pragma once
#include <string_view>

namespace boxmeter {

/// What a value of a reply reveals about the people who own a box, judged by its position in the
/// reply.  Addresses, MACs, UUIDs and mail addresses need no class: they are recognized by their
/// form.
enum class Privacy {
  open,     // not classified: replaced, unless its form or a vocabulary shows that it is harmless
  product,  // what can be bought, or the brand's own word: stays if it consists of known words
  host,     // a device's name
  network,  // an SSID
  user,     // an account
  name,     // of a person, a file, a rule: anything else that people name
  domain,   // a DNS name
  phone,    // a phone number
  serial,   // a number that only this one device has
  secret,   // a key, a password, a token
  text,     // free text that may contain anything: a log
};

/// Where a value stands in a recording.
struct PrivateSpot {
  std::string_view file = {};    // "get/lan_browser_pub.json"
  std::string_view parent = {};  // the element or member around it, "names"
  std::string_view member = {};  // the element, member or attribute itself, "name"
};

/// The class of a value.  Pure, any thread.
using PrivacyOf = Privacy (*)(const PrivateSpot& spot, std::string_view value);

}  // namespace boxmeter
