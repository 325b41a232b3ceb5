#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/client.h"

namespace boxmeter::freebox {

/// One method of pyfbx: a name for a path of the API.
struct Command {
  std::string_view system;  // "Connection"
  std::string_view method;  // "Get_the_current_xDSL_infos"
  http::Method verb;
  std::string_view path;          // "switch/port/{id}/stats", below the API's root
  bool takes_body = false;        // as pyfbx's argument `post_data`
  std::string_view choices = {};  // what the parameter {type} may be, with commas between
};

/// All 166 commands of pyfbx 0.0.8, in its order.  A path `[number,address,url,email]/{id}` means
/// one of the four words, which pyfbx has no argument for; here it is the parameter `type`.  Any
/// thread.
std::span<const Command> commands();

/// "System.Method".  Throws Error{config} that suggests the nearest name.
const Command& find_command(std::string_view name);

/// The names in braces of a path, from left to right: "id".
std::vector<std::string> parameters_of(std::string_view path);

/// "GET"
std::string_view name(http::Method verb) noexcept;

}  // namespace boxmeter::freebox
