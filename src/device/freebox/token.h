#pragma once
#include <string>
#include <string_view>

#include "base/secret.h"

namespace boxmeter::freebox {

/// What a box gave at registration, and for which application.
struct AppToken {
  Secret token = {};
  std::string app_id = {};  // empty: the text had the token alone
};

/// The text of an app_token_file: the token on the first line, the app id on the second or nowhere
/// (pyfbx's file).  Pure.  Throws Error{config}; its message says nothing of the content.
AppToken parse_token_file(std::string_view text);

/// The text of that file.  Pure.
std::string token_file(const AppToken& token);

}  // namespace boxmeter::freebox
