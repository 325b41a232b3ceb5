#pragma once
#include <string>
#include <string_view>
#include <vector>

// tr64desc.xml and igddesc.xml: what a box offers.  Pure, any thread.
namespace boxmeter::fritzbox {

struct Service {
  std::string name = {};         // "WLANConfiguration1": the end of its serviceId
  std::string type = {};         // "urn:dslforum-org:service:WLANConfiguration:1"
  std::string control_url = {};  // a path on the box
  std::string scpd_url = {};     // a path on the box; empty when there is none
  friend bool operator==(const Service&, const Service&) = default;

  /// The UPnP IGD services answer without a login.
  bool is_igd() const { return type.starts_with("urn:schemas-"); }
};

/// "154.07.57": hardware family, then what people call the version.  Minor and patch are numbers of
/// their own: 8.2 is older than 8.20.
struct SystemVersion {
  int minor = 0;
  int patch = 0;
  std::string display = {};   // empty: the description has no version (igddesc.xml never does)
  std::string hardware = {};  // "226", a 7590
  std::string build = {};     // "67453"
  friend bool operator==(const SystemVersion&, const SystemVersion&) = default;

  bool is_at_least(int wanted_minor, int wanted_patch) const {
    return minor > wanted_minor || (minor == wanted_minor && patch >= wanted_patch);
  }
};

struct Description {
  std::string model = {};
  SystemVersion version = {};
  std::vector<Service> services = {};  // of all devices inside, in the order of the document
  friend bool operator==(const Description&, const Description&) = default;
};

/// Throws Error{protocol}, Error{too_large}.  A service that could not be called (no type, an
/// address that is no path) is left out.
Description parse_description(std::string_view body);

/// The path and query of a URL or path, whatever host it names: we only ever talk to the box that
/// was configured.  Empty when it is no URL, or holds what cannot stand in one.
std::string path_of(std::string_view url);

}  // namespace boxmeter::fritzbox
