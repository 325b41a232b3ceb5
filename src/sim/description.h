#pragma once
#include <string>
#include <string_view>
#include <vector>

// Reads and writes tr64desc.xml, igddesc.xml and SCPDs.  Independent of device/fritzbox, so that a
// mistake in its parser is not repeated here.  Pure; any thread.
namespace boxmeter::sim {

struct Argument {
  std::string name = {};
  bool in = false;
  std::string type = "string";            // the UPnP type: ui4, boolean, ...
  std::vector<std::string> allowed = {};  // empty: anything
};

struct Action {
  std::string name = {};
  std::vector<Argument> arguments = {};
};

struct Service {
  std::string name = {};  // "WLANConfiguration1"
  std::string type = {};  // "urn:dslforum-org:service:WLANConfiguration:1"
  std::string control_url = {};
  std::string scpd_url = {};

  /// Whether it is an IGD service, which needs no login.
  bool open() const { return type.starts_with("urn:schemas-"); }
};

/// All services of a description, at any depth.  Throws Error{config} if it is not XML.
std::vector<Service> read_services(std::string_view description);

/// All actions of an SCPD.  Throws Error{config} if it is not XML.
std::vector<Action> read_actions(std::string_view scpd);

/// An SCPD that declares these actions.
std::string write_scpd(const std::vector<Action>& actions);

/// `description` with one more service, at the end of its first service list.
std::string with_service(std::string description, const Service& service);

/// A jason_boxinfo.xml made from tr64desc.xml.  Throws Error{config} if that is not XML.
std::string boxinfo_of(std::string_view description);

}  // namespace boxmeter::sim
