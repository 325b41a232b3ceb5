#include "base/secret_file.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/environment.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace boxmeter {
namespace {

constexpr std::size_t kMostBytes = 64U << 10;

/// Why the bytes cannot be a secret; "" when they can.
std::string objection(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF"))
    return "is UTF-16 text; save it as UTF-8";
  if (bytes.find('\0') != std::string_view::npos)
    return "has a NUL character in it (is it UTF-16?); save it as UTF-8 text";
  if (!is_utf8(bytes)) return "is not UTF-8 text; save it as UTF-8";
  return "";
}

/// A CR alone stays: it is no end of a line.
std::string with_unix_line_ends(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (!text.substr(i).starts_with("\r\n")) result += text[i];
  return result;
}

}  // namespace

std::filesystem::path find_secret_file(const std::filesystem::path& named,
                                       const std::filesystem::path& folder) {
  const auto credentials = environment("CREDENTIALS_DIRECTORY");
  if (credentials && !credentials->empty() && named.is_relative()) {
    std::string flat = named.string();
    std::ranges::replace(flat, '/', '_');
    std::error_code error;
    for (const std::filesystem::path& name : {named, std::filesystem::path(flat)})
      if (auto loaded = *credentials / name; std::filesystem::exists(loaded, error)) return loaded;
  }
  return folder / named;
}

Secret read_secret_file(const std::filesystem::path& path) {
  std::string content;
  try {
    content = read_file(path, kMostBytes);
  } catch (const Error& error) {
    throw Error(ErrorKind::config, error.what());
  }
  std::string_view text = content;
  if (const std::string why = objection(text); !why.empty())
    throw Error(ErrorKind::config, "'" + path.string() + "' " + why);
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return Secret(with_unix_line_ends(trim(text)));
}

}  // namespace boxmeter
