#pragma once
#include <optional>
#include <string>
#include <string_view>

// The smart home commands of a Fritz!Box that follow from its list of devices.  Pure; any thread.
namespace boxmeter::sim {

/// What a recording that has only the list (getdevicelistinfos) answers to another reading command;
/// nothing for a command or a device that it does not know.
std::optional<std::string> answer_from_list(const std::string& device_list,
                                            std::string_view command, const std::string& ain);

/// The list after setswitchon, setswitchoff, setswitchtoggle or sethkrtsoll (with `param`); nothing
/// when the command is another, or the device has no such part.
std::optional<std::string> changed_list(const std::string& device_list, std::string_view command,
                                        const std::string& ain, const std::string& param);

}  // namespace boxmeter::sim
