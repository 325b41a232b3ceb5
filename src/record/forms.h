#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// What is private by its form, whatever it is called.  Pure; any thread.
namespace boxmeter::record {

enum class Form { mac, ipv4, ipv6, uuid, mail, session };

struct Find {
  std::size_t at = 0;
  std::size_t size = 0;
  Form form = Form::mac;
};

/// Everything of a known form in a text, in order, none within another.  Addresses that are
/// nobody's are among them.
std::vector<Find> find_forms(std::string_view text);

/// A MAC as twelve hex digits in lower case; an address in its one spelling; else lower case.
std::string canonical(Form form, std::string_view text);

/// Whether a canonical MAC or address is nobody's: a documentation or private range, a multicast
/// group, a netmask, zero.
bool is_nobodys(Form form, const std::string& key);

/// 16 bytes of a canonical IPv6 address, and back.
std::string ipv6_bytes(const std::string& address);
std::string ipv6_text(const std::string& bytes);

}  // namespace boxmeter::record
