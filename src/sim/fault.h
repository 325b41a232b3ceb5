#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "http/server.h"

namespace boxmeter::sim {

/// What is wrong with a simulated box.
enum class Fault {
  none,
  slow_drip,  // one byte per second, from the first of the headers on
  slow_body,  // headers at once, then one byte per second
  reset,      // RST instead of an answer
  close,      // FIN instead of an answer
  silent,     // no answer
  http500,    // an HTML page
  html,       // 200 with the page of a box that has its app access switched off
  huge,       // a body of 100 MB
  truncate,   // closed in the middle of the body
  bad_xml,    // XML bodies end in the middle, with a Content-Length that agrees
  bad_json,   // so do JSON bodies
  auth,       // every credential is refused
  forbidden,  // the web login opens a session, and all that is asked with it is 403
};

std::string_view name(Fault fault);
/// An empty name is none.  Throws Error{config} that lists the known ones.
Fault find_fault(std::string_view name);
/// "slow-drip, slow-body, ..."
std::string fault_names();

/// What a box with this fault sends to whoever asks for `path`; nothing for faults that spoil an
/// answer, and for `auth`, which is the box's.
std::optional<http::ServerResponse> instead_of_answer(Fault fault, std::string_view path);

/// `answer` as it arrives from a box with this fault.
http::ServerResponse spoiled(Fault fault, http::ServerResponse answer);

}  // namespace boxmeter::sim
