#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// Finds what is recognized as private by its form, wherever it stands: MACs, addresses, ids.  Pure;
// any thread; never throws Error.
namespace boxmeter::record {

/// `session`: a session id in a URL ("sid=0123456789abcdef").
enum class Form { mac, ipv4, ipv6, uuid, mail, session };

/// Where in a text something of a form is; in bytes.
struct FormMatch {
  std::size_t at = 0;
  std::size_t size = 0;
  Form form = Form::mac;
};

/// Everything of a known form in a text, in order, none within another; special-purpose addresses,
/// too.
std::vector<FormMatch> find_forms(std::string_view text);

/// One spelling for equal values: a MAC as twelve hex digits, an IPv6 address as inet_ntop() writes
/// it; all in lower case.
std::string canonical(Form form, std::string_view text);

/// Whether a canonical MAC or address identifies nobody: one of a documentation or private range
/// (RFC 6890), a multicast group, a netmask, zero.
bool is_special_purpose(Form form, const std::string& key);

/// 16 bytes of a canonical IPv6 address, and back.
std::string ipv6_bytes(const std::string& address);
std::string ipv6_text(const std::string& bytes);

}  // namespace boxmeter::record
