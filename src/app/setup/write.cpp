// setup: writes the configuration and the secret's file, both or neither.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <iostream>
#include <system_error>

#include "app/command_line.h"
#include "app/setup/setup.h"
#include "app/terminal.h"
#include "base/environment.h"
#include "base/file.h"
#include "base/text.h"

namespace boxmeter::setup {
namespace {

namespace fs = std::filesystem;

/// Blocks the signals that end the program until the end of the scope.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t ending;
    sigemptyset(&ending);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&ending, signal);
    pthread_sigmask(SIG_BLOCK, &ending, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

/// Restores the old content of a file at the end of the scope, unless commit() was called.
class FileRollback {
 public:
  explicit FileRollback(fs::path path) : path_(std::move(path)) {
    if (file_exists(path_)) before_ = read_file(path_);
  }
  ~FileRollback() {
    if (path_.empty()) return;
    std::error_code unknown;
    if (!before_) fs::remove(path_, unknown);
    try {
      if (before_) write_file(path_, *before_);
    } catch (const Error&) {
      // The new text stays; an error is being reported already.
    }
  }
  FileRollback(const FileRollback&) = delete;
  FileRollback& operator=(const FileRollback&) = delete;
  void commit() { path_.clear(); }

 private:
  fs::path path_;
  std::optional<std::string> before_;
};

/// The text as a YAML scalar, quoted if needed.
std::string scalar(const std::string& text) {
  const bool is_plain = !text.empty() &&
                        text.find_first_not_of(
                            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                            "0123456789_-./:") == std::string::npos &&
                        text.find_first_not_of("0123456789.-:") != std::string::npos &&
                        text.front() != '-' && !text.ends_with(':');
  if (is_plain) return text;
  std::string escaped;
  for (std::size_t i = 0; i < text.size(); ++i) {
    escaped += text[i];
    if (text.substr(i, 2) == "${") escaped += "${";  // "$${" is read as "${", not as a variable
    if (text.substr(i, 2) == "${") ++i;
  }
  return Reply(escaped).dump(-1, ' ', false, Reply::error_handler_t::replace);
}

bool is_top_level(std::string_view line) {
  return !line.empty() && line.front() != ' ' && line.front() != '#' && line.front() != '-' &&
         line.front() != '\r' && line.front() != '\t';
}

bool is_devices(std::string_view line) {
  if (!line.starts_with("devices:")) return false;
  const std::string_view rest = trim(line.substr(std::string_view("devices:").size()));
  return rest.empty() || rest.starts_with('#');
}

/// Readable for all, since systemd's DynamicUser must be able to read the configuration.
constexpr mode_t kReadable = 0644, kOpenFolder = 0755;

void make_system_folder(const fs::path& folder) {
  std::error_code error;
  if (::geteuid() != 0 || folder.empty() || fs::exists(folder, error)) return;
  if (::mkdir(folder.c_str(), kOpenFolder) != 0 || ::chmod(folder.c_str(), kOpenFolder) != 0)
    throw Error(ErrorKind::config, "cannot make folder '" + folder.string() +
                                       "': " + std::generic_category().message(errno));
}

/// Gives the file the mode and owner of the one that it replaces; a new one of root, which has no
/// secrets, is readable for all.
void give_mode(const fs::path& file, const fs::path& like, bool is_new) {
  struct stat before {};
  if (!is_new && ::stat(like.c_str(), &before) == 0) {
    ::chmod(file.c_str(), before.st_mode & 07777U);
    (void)!::chown(file.c_str(), before.st_uid, before.st_gid);
  } else if (::geteuid() == 0) {
    ::chmod(file.c_str(), kReadable);
  }
}

std::string new_text(const std::string& yaml) {
  return "# Written by boxmeter setup.  Every key there is: config/boxmeter.yml of the sources, in "
         "a\n"
         "# package /usr/share/doc/boxmeter/examples/boxmeter.yml.\n"
         "devices:\n" +
         yaml;
}

/// nullopt: only a person can add the device to the file.
std::optional<std::string> next_text(const Paths& paths, const std::string& yaml) {
  return paths.is_new ? new_text(yaml) : with_device(read_file(paths.config), yaml);
}

/// A file that is there may belong to a device of another configuration.
void refuse_to_replace(const fs::path& secret, const std::string& content, const Box& box,
                       const Answers& answers) {
  if (!file_exists(secret) || read_file(secret) == content) return;
  if (answers.yes)
    throw Error(ErrorKind::config, "'" + secret.string() + "' is there and holds another " +
                                       std::string(box.kind->setup.secret_name) +
                                       "; give this box another name with --name, or remove that "
                                       "file; nothing was written");
  confirm("replace '" + secret.string() + "', which is there", answers.yes);
}

/// Reads the new configuration from `trial`; messages name the file that it will become.
Config checked(const fs::path& trial, const Paths& paths, DeviceKinds kinds) {
  try {
    return load_config(trial, kinds);
  } catch (const Error& error) {
    std::string message = error.what();
    const std::string name = trial.string();
    for (std::size_t at = 0; (at = message.find(name, at)) != std::string::npos;)
      message.replace(at, name.size(), paths.config.string());
    throw Error(ErrorKind::config, "nothing was written: " + message);
  }
}

void refuse_taken_name(const Paths& paths, const std::string& name, DeviceKinds kinds) {
  if (paths.is_new) return;
  for (const Job& job : load_config(paths.config, kinds).jobs)
    if (job.device.name == name)
      throw Error(ErrorKind::config, "'" + paths.config.string() + "' has a device '" + name +
                                         "' already; give this one another name with --name");
}

}  // namespace

Paths paths(const Answers& answers) {
  Paths paths;
  if (!answers.config_file.empty()) {
    paths.config = answers.config_file;
    paths.is_new = !file_exists(paths.config);
  } else {
    for (const fs::path& file : usual_config_files())
      if (paths.is_new && file_exists(file)) {
        paths.config = file;
        paths.is_new = false;
      }
    const bool is_system = ::geteuid() == 0 || user_config_dir().empty();
    if (paths.is_new)
      paths.config = (is_system ? fs::path("/etc/boxmeter") : user_config_dir()) / "boxmeter.yml";
  }
  paths.secrets = paths.config.parent_path() / "credentials";
  return paths;
}

std::optional<std::string> with_device(const std::string& text, const std::string& yaml) {
  const std::vector<std::string_view> lines = split(text, '\n');
  const auto devices = std::ranges::find_if(lines, is_devices);
  if (devices == lines.end()) return std::nullopt;
  auto end = std::find_if(devices + 1, lines.end(), is_top_level);
  // Comments and empty lines just before the next key, or at the end of the file, stay there.
  while (end != devices + 1 && ((end - 1)->empty() || (end - 1)->starts_with('#'))) --end;
  const auto first = std::find_if(
      devices + 1, end, [](std::string_view line) { return trim(line).starts_with("- "); });
  if (first == end) return std::nullopt;
  const std::string indent(first->substr(0, first->find('-')));
  std::string result;
  for (auto line = lines.begin(); line != end; ++line) result.append(*line).append("\n");
  for (const std::string_view line : split(yaml, '\n'))
    if (!line.empty()) result.append(indent).append(line.substr(2)).append("\n");
  for (auto line = end; line != lines.end(); ++line) {
    result.append(*line);
    if (line + 1 != lines.end()) result += '\n';
  }
  return result;
}

std::string device_yaml(const Box& box, const std::string& secret_path,
                        const std::vector<std::string>& packs) {
  std::string yaml = "  - name: " + scalar(box.device.name) + "\n";
  const auto add = [&](std::string_view key, const std::string& value) {
    yaml.append("    ").append(key).append(": ").append(value).append("\n");
  };
  add("kind", box.device.kind);
  add("url", scalar(box.device.url));
  if (!box.device.username.empty()) add("username", scalar(box.device.username));
  add(box.kind->setup.secret_key, scalar(secret_path));
  add("queries", "[" + joined(packs) + "]");
  return yaml;
}

Config write_all(const Paths& paths, const Box& box, const std::vector<std::string>& packs,
                 const Answers& answers, DeviceKinds kinds) {
  refuse_taken_name(paths, box.device.name, kinds);
  const std::string name = box.device.name + "." + std::string(box.kind->setup.secret_name);
  const fs::path secret = paths.secrets / name;
  const std::string content =
      box.secret.reveal() + (box.secret.reveal().ends_with('\n') ? "" : "\n");
  refuse_to_replace(secret, content, box, answers);
  const std::string yaml = device_yaml(box, (paths.secrets.filename() / name).string(), packs);
  const auto text = next_text(paths, yaml);
  const SignalsBlocked until_both_are_written;
  make_system_folder(paths.config.parent_path());
  FileRollback written_secret(secret);
  write_file(secret, content);
  if (!text) {
    written_secret.commit();
    std::cerr << "\n" << yaml << "\n";
    throw Error(ErrorKind::config,
                "'" + paths.config.string() +
                    "' lists its devices in a way that setup leaves alone; add the lines above "
                    "below 'devices' by hand ('" +
                    secret.string() + "' is written)");
  }
  const fs::path trial = paths.config.string() + ".setup";
  FileRollback written_trial(trial);
  write_file(trial, *text);
  give_mode(trial, paths.config, paths.is_new);
  Config config = checked(trial, paths, kinds);
  if (::rename(trial.c_str(), paths.config.c_str()) != 0)
    throw Error(ErrorKind::config, "cannot replace '" + paths.config.string() +
                                       "': " + std::generic_category().message(errno));
  written_trial.commit();
  written_secret.commit();
  return config;
}

}  // namespace boxmeter::setup
