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

/// An action that answers with the path of a document, and that document.
struct ListAction {
  std::string_view action;
  std::string_view argument;  // of the reply, that holds the path
  std::string_view page;      // the path, without the session id
  std::string_view file;      // in the recording
  bool absolute = false;      // the reply has a whole URL
};
/// Null for other actions.
const ListAction* find_list_action(std::string_view action);

struct Page {
  http::Chunk text = {};
  std::string content_type = {};
};

/// The recorded answers of one action.
struct ActionScript {
  bool described = false;  // in the recorded SCPD
  std::vector<Argument> arguments = {};
  std::optional<MovingText> reply = {};                      // for any arguments
  std::unordered_map<std::string, MovingText> replies = {};  // by "NewIndex=0"
  const ListAction* list = nullptr;

  /// The argument that is the index of a table; empty: there is none.
  std::string_view index() const;
};

struct ServiceScript {
  Service service = {};
  std::unordered_map<std::string, ActionScript> actions = {};
};

/// A recording of a Fritz!Box, parsed.  Immutable: any thread.
struct FritzboxScript {
  std::unordered_map<std::string, Page> pages = {};              // by path; need no login
  std::unordered_map<std::string, Page> lists = {};              // by path; need a session id
  std::unordered_map<std::string, ServiceScript> services = {};  // by control URL
  WebScript web = {};
  std::string connection_service = {};  // "1.WANPPPConnection.1": the one that was recorded
};

/// Throws Error{config} that names the file.
FritzboxScript read_fritzbox(const Recording& recording);

}  // namespace boxmeter::sim
