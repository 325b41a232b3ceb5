#pragma once
#include <optional>
#include <string>
#include <string_view>

// Smart home commands of a Fritz!Box that can be answered from its list of devices.  Pure; any
// thread.
namespace boxmeter::sim {

/// The answer to a command that reads, for a recording that has only the list (getdevicelistinfos);
/// nullopt for an unknown command or device.
std::optional<std::string> answer_from_list(const std::string& device_list,
                                            std::string_view command, const std::string& ain);

/// The list after setswitchon, setswitchoff, setswitchtoggle or sethkrtsoll (with `param`); nullopt
/// for another command, or if the device has no such part.
std::optional<std::string> changed_list(const std::string& device_list, std::string_view command,
                                        const std::string& ain, const std::string& param);

}  // namespace boxmeter::sim
