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

/// Reads the text of an app_token_file: the token on the first line, the app id on the second one
/// or nowhere (pyfbx's file).  Also reads the files of two other exporters, whose app ids are
/// known: trazfr's token.json ({"api": .., "app_token": ..}), and saphoooo's .freebox_token,
/// recognized by its `name`, which is the token alone.  Pure.  Throws Error{config}; its message
/// does not contain the text.
AppToken parse_token_file(std::string_view text, std::string_view name = {});

/// The text of an app_token_file.  Pure.
std::string token_file(const AppToken& token);

}  // namespace boxmeter::freebox
