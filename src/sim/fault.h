#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "http/server.h"

namespace boxmeter::sim {

/// Faults that a simulated box can have.
enum class Fault {
  none,
  slow_drip,  // one byte per second, beginning with the headers
  slow_body,  // headers at once, then one byte per second
  reset,      // RST instead of an answer
  close,      // FIN instead of an answer
  silent,     // no answer
  http500,    // an HTML page
  html,       // 200 with an HTML page, like a box with "access for applications" switched off
  huge,       // a body of 100 MB
  truncate,   // the connection is closed in the middle of the body
  bad_xml,    // XML bodies are cut off, with a matching Content-Length
  bad_json,   // the same for JSON bodies
  auth,       // all credentials are refused
  forbidden,  // the web login works, but every request in its session is answered with 403
};

std::string_view name(Fault fault);
/// `none` for an empty name.  Throws Error{config} that lists the known ones.
Fault find_fault(std::string_view name);
/// "slow-drip, slow-body, ..."
std::string fault_names();

/// What a box with this fault sends instead of an answer; nullopt for faults that change the answer
/// (spoiled()), and for `auth`, which Box implements.
std::optional<http::ServerResponse> instead_of_answer(Fault fault, std::string_view path);

/// The answer, changed by the fault.
http::ServerResponse spoiled(Fault fault, http::ServerResponse answer);

}  // namespace boxmeter::sim
