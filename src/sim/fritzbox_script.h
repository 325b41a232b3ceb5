#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "http/server.h"
#include "sim/description.h"
#include "sim/fritzbox_web.h"
#include "sim/moving.h"
#include "sim/recording.h"

namespace boxmeter::sim {

/// An action whose reply is a path with a sid, and what is behind it.
struct ListAction {
  std::string_view action;
  std::string_view argument;  // of the reply
  std::string_view page;
  std::string_view file;  // in the recording
  bool absolute = false;  // the reply holds a whole URL
};
const ListAction* find_list_action(std::string_view action);

struct Page {
  http::Chunk text = {};
  std::string content_type = {};
};

/// What a box says to one action.
struct ActionScript {
  bool described = false;  // by the SCPD
  std::vector<Argument> arguments = {};
  std::optional<MovingText> reply = {};                      // whatever the arguments
  std::unordered_map<std::string, MovingText> replies = {};  // by "NewIndex=0"
  const ListAction* list = nullptr;

  /// The argument that counts through a table; empty: none does.
  std::string_view index() const;
};

struct ServiceScript {
  Service service = {};
  std::unordered_map<std::string, ActionScript> actions = {};
};

/// A recording of a Fritz!Box, ready to be answered from.  Immutable: any thread.
struct FritzboxScript {
  std::unordered_map<std::string, Page> pages = {};              // by path, open to everybody
  std::unordered_map<std::string, Page> lists = {};              // by path, with a sid
  std::unordered_map<std::string, ServiceScript> services = {};  // by control URL
  WebScript web = {};
  std::string connection_service = {};  // "1.WANPPPConnection.1": what the recording is of
};

/// Throws Error{config} that names the file.
FritzboxScript read_fritzbox(const Recording& recording);

}  // namespace boxmeter::sim
