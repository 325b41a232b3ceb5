#pragma once
#include <string>
#include <string_view>
#include <vector>

// Reads the device descriptions of a box, tr64desc.xml and igddesc.xml (UPnP Device
// Architecture 1.0, section 2.1).  Pure, any thread.
namespace boxmeter::fritzbox {

struct Service {
  std::string name = {};         // "WLANConfiguration1": the end of its serviceId
  std::string type = {};         // "urn:dslforum-org:service:WLANConfiguration:1"
  std::string control_url = {};  // a path on the box
  std::string scpd_url = {};     // a path on the box; empty: there is none
  friend bool operator==(const Service&, const Service&) = default;

  /// The UPnP IGD services answer without a login.
  bool is_igd() const { return type.starts_with("urn:schemas-"); }
  bool is_tr064() const { return type.starts_with("urn:dslforum-org:"); }
};

/// FRITZ!OS 7.57 of "154.07.57", whose first number is the hardware.  Minor and patch are compared
/// as numbers: 8.2 is older than 8.20.
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
  std::vector<Service> services = {};  // also of embedded devices, in the order of the document
  friend bool operator==(const Description&, const Description&) = default;
};

/// Leaves out services that cannot be called (without a type, or a control URL that is no path).
/// Throws Error{protocol}, Error{too_large}.
Description parse_description(std::string_view body);

/// The path and query of a URL or path.  Its host is ignored: requests only go to the configured
/// box. Empty if it is neither, or contains a character that a URL cannot have.
std::string path_of(std::string_view url);

}  // namespace boxmeter::fritzbox
