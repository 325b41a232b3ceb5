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
/// (pyfbx's file).  So are the files of two other exporters, whose app ids are known: trazfr's
/// token.json ({"api": .., "app_token": ..}) and, by its `name`, saphoooo's .freebox_token, the
/// bare token.  Pure.  Throws Error{config}; its message says nothing of the content.
AppToken parse_token_file(std::string_view text, std::string_view name = {});

/// The text of that file.  Pure.
std::string token_file(const AppToken& token);

}  // namespace boxmeter::freebox
