#include "base/secret_file.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <istream>
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

/// The service cannot read what is root's, but the copies that systemd made when it started: a
/// password that came later needs another start.
std::string way_out(const std::filesystem::path& path) {
  if (!environment("CREDENTIALS_DIRECTORY")) return "";
  if (::access(path.c_str(), R_OK) == 0 || errno != EACCES) return "";
  return "; systemd hands such files over when it starts the service: systemctl restart boxmeter";
}

/// A CR alone stays: it is no end of a line.
std::string with_unix_line_ends(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (!text.substr(i).starts_with("\r\n")) result += text[i];
  return result;
}

Secret secret_in(std::string_view text, const std::string& where) {
  if (const std::string why = objection(text); !why.empty())
    throw Error(ErrorKind::config, where + " " + why);
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return Secret(with_unix_line_ends(trim(text)));
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
    throw Error(ErrorKind::config, error.what() + way_out(path));
  }
  return secret_in(content, "'" + path.string() + "'");
}

Secret read_secret(std::istream& in) {
  std::string content(kMostBytes + 1, '\0');
  in.read(content.data(), std::streamsize(content.size()));
  content.resize(std::size_t(in.gcount()));
  if (content.size() > kMostBytes)
    throw Error(ErrorKind::config, "the standard input is larger than 64 KiB");
  return secret_in(content, "the standard input");
}

}  // namespace boxmeter
