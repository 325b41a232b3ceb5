#include <sys/stat.h>

#include <algorithm>
#include <cctype>

#include "app/doctor/doctor.h"
#include "base/text.h"

namespace boxmeter::doctor {
namespace {

namespace fs = std::filesystem;

/// 0 for what cannot be looked at.
mode_t mode_of(const fs::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode : 0;
}

/// Whether everybody gets as far as this: one closed folder above it is enough.
bool can_be_reached(const fs::path& path) {
  std::error_code unknown;
  fs::path folder = fs::absolute(path, unknown).parent_path();
  for (; folder != folder.parent_path(); folder = folder.parent_path())
    if ((mode_of(folder) & S_IXOTH) == 0) return false;
  return true;
}

/// As a word of its own: a short password is a part of many others.
bool has_word(std::string_view text, std::string_view word) {
  const auto is_in_word = [&](std::size_t at) {
    return at < text.size() && std::isalnum(static_cast<unsigned char>(text[at])) != 0;
  };
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string_view::npos; ++at)
    if ((at == 0 || !is_in_word(at - 1)) && !is_in_word(at + word.size())) return true;
  return false;
}

/// Those that stand in the configuration, or come from the environment.  Whether a file with a
/// secret of its own is open to all is looked at where it is read.
std::vector<Secret> secrets_in_text(const Config& config) {
  std::vector<Secret> secrets;
  const auto add = [&](const Secret& secret) {
    if (!secret.empty()) secrets.push_back(secret);
  };
  for (const Job& job : config.jobs)
    if (job.device.credential.file.empty()) add(job.device.credential.value);
  for (const SinkOptions& sink : config.push) {
    add(sink.password);
    add(sink.bearer_token);
  }
  return secrets;
}

/// What in it is for our eyes alone; "" for nothing.
std::string_view private_part(std::string_view text, const std::vector<Secret>& secrets) {
  constexpr std::string_view kPrivateKey = "PRIVATE KEY-----";
  if (text.find(kPrivateKey) != std::string_view::npos) return "a private key";
  for (const Secret& secret : secrets) {
    if (trim(text) == secret.reveal()) return "";  // a file of its own
    if (has_word(text, secret.reveal())) return "a password or a token";
  }
  return "";
}

}  // namespace

Findings files(const Config& config, const FileHashes& read) {
  const std::vector<Secret> secrets = secrets_in_text(config);
  Findings findings;
  for (const auto& [path, hash] : read.files) {
    if ((mode_of(path) & S_IROTH) == 0 || !can_be_reached(path)) continue;
    const std::string_view what = private_part(read_file(path), secrets);
    if (what.empty()) continue;
    findings.push_back({.check = "files",
                        .state = "warning",
                        .what = "every user of this machine can read '" + path.string() +
                                "', which has " + std::string(what) + " in it",
                        .way_out = "chmod o-r it, or keep what is secret in a file of its own "
                                   "(password_file and the like)"});
  }
  if (findings.empty()) findings.push_back({.check = "files", .state = "ok"});
  return findings;
}

}  // namespace boxmeter::doctor
