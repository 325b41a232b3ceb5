#include "device/freebox/token.h"

#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "device/freebox/json.h"

namespace boxmeter::freebox {
namespace {

constexpr std::string_view kExpected =
    " (expected: the app token, and on a second line the app id)";

[[noreturn]] void fail_token(std::string what) {
  throw Error(ErrorKind::config, what.append(kExpected));
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (const std::string_view line : split(text, '\n'))
    if (!trim(line).empty()) lines.push_back(trim(line));
  return lines;
}

// Both are constants in the sources of these exporters: trazfr/freebox-exporter fbx/authorize.go,
// saphoooo/freebox_exporter main.go (which keeps the bare token in $HOME/.freebox_token).
constexpr std::string_view kTrazfrApp = "com.github.trazfr.fboxexp";
constexpr std::string_view kSaphooooFile = ".freebox_token", kSaphooooApp = "fr.freebox.exporter";

/// {"api": {the reply to /api_version}, "app_token": ".."}, perhaps with an "app_id".
AppToken token_of_json(std::string_view text) {
  const Reply read = Reply::parse(text, nullptr, /*allow_exceptions=*/false);
  const std::string token = text_at(read, "app_token");
  if (token.empty()) fail_token("JSON without an 'app_token'");
  const std::string app_id = text_at(read, "app_id");
  return {.token = Secret(token), .app_id = app_id.empty() ? std::string(kTrazfrApp) : app_id};
}

/// A token copied from raw JSON may have escaped slashes (\/); no token has a backslash of its own.
std::string without_escapes(std::string_view token) {
  std::string plain;
  for (const char c : token)
    if (c != '\\') plain += c;
  return plain;
}

}  // namespace

AppToken parse_token_file(std::string_view text, std::string_view name) {
  if (trim(text).starts_with('{')) return token_of_json(text);
  const std::vector<std::string_view> lines = lines_of(text);
  if (lines.empty()) fail_token("no app token");
  if (lines.size() > 2) fail_token("more than two lines");
  for (const std::string_view line : lines)
    if (line.find_first_of(" \t") != std::string_view::npos) fail_token("a blank within a line");
  return {.token = Secret(without_escapes(lines[0])),
          .app_id = lines.size() == 2       ? std::string(lines[1])
                    : name == kSaphooooFile ? std::string(kSaphooooApp)
                                            : ""};
}

std::string token_file(const AppToken& token) {
  return token.token.reveal() + "\n" + token.app_id + "\n";
}

}  // namespace boxmeter::freebox
