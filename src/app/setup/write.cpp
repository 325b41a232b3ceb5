// setup: the configuration and the secret's file, both or neither.
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

/// Signals that end the program wait until the end of the scope.
class Undisturbed {
 public:
  Undisturbed() {
    sigset_t ending;
    sigemptyset(&ending);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&ending, signal);
    pthread_sigmask(SIG_BLOCK, &ending, &before_);
  }
  ~Undisturbed() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  Undisturbed(const Undisturbed&) = delete;
  Undisturbed& operator=(const Undisturbed&) = delete;

 private:
  sigset_t before_{};
};

/// A file that is as it was at the end of the scope, unless it is kept.
class Trial {
 public:
  explicit Trial(fs::path path) : path_(std::move(path)) {
    if (file_exists(path_)) before_ = read_file(path_);
  }
  ~Trial() {
    if (path_.empty()) return;
    std::error_code unknown;
    if (!before_) fs::remove(path_, unknown);
    try {
      if (before_) write_file(path_, *before_);
    } catch (const Error&) {
      // The new text stays: there is no better place to say so.
    }
  }
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;
  void keep() { path_.clear(); }

 private:
  fs::path path_;
  std::optional<std::string> before_;
};

/// A word of YAML that needs no quotes, or the text in them.
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
    if (text.substr(i, 2) == "${") escaped += "${";  // "$${" stands for "${"
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

/// As a person may read what systemd's DynamicUser must be able to read too.
constexpr mode_t kReadable = 0644, kOpenFolder = 0755;

void make_system_folder(const fs::path& folder) {
  std::error_code error;
  if (::geteuid() != 0 || folder.empty() || fs::exists(folder, error)) return;
  if (::mkdir(folder.c_str(), kOpenFolder) != 0 || ::chmod(folder.c_str(), kOpenFolder) != 0)
    throw Error(ErrorKind::config, "cannot make folder '" + folder.string() +
                                       "': " + std::generic_category().message(errno));
}

/// The new file is for whom the old one was; one of the system's, without secrets, for all.
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

std::string next_text(const Places& places, const std::string& yaml) {
  if (places.is_new) return new_text(yaml);
  if (auto text = with_device(read_file(places.config), yaml)) return *std::move(text);
  std::cerr << "\n" << yaml << "\n";
  throw Error(ErrorKind::config,
              "'" + places.config.string() +
                  "' lists its devices in a way that setup leaves alone; add the "
                  "lines above below 'devices' by hand");
}

/// Messages speak of the file that it is to become.
Config checked(const fs::path& trial, const Places& places, DeviceKinds kinds) {
  try {
    return load_config(trial, kinds);
  } catch (const Error& error) {
    std::string message = error.what();
    const std::string name = trial.string();
    for (std::size_t at = 0; (at = message.find(name, at)) != std::string::npos;)
      message.replace(at, name.size(), places.config.string());
    throw Error(ErrorKind::config, "nothing was written: " + message);
  }
}

void refuse_taken_name(const Places& places, const std::string& name, DeviceKinds kinds) {
  if (places.is_new) return;
  for (const Job& job : load_config(places.config, kinds).jobs)
    if (job.device.name == name)
      throw Error(ErrorKind::config, "'" + places.config.string() + "' has a device '" + name +
                                         "' already; give this one another name with --name");
}

}  // namespace

Places places(const Answers& answers) {
  Places places;
  if (!answers.config_file.empty()) {
    places.config = answers.config_file;
    places.is_new = !file_exists(places.config);
  } else {
    for (const fs::path& file : usual_config_files())
      if (places.is_new && file_exists(file)) {
        places.config = file;
        places.is_new = false;
      }
    const bool is_system = ::geteuid() == 0 || user_config_dir().empty();
    if (places.is_new)
      places.config = (is_system ? fs::path("/etc/boxmeter") : user_config_dir()) / "boxmeter.yml";
  }
  places.secrets = places.config.parent_path() / "credentials";
  return places;
}

std::optional<std::string> with_device(const std::string& text, const std::string& yaml) {
  const std::vector<std::string_view> lines = split(text, '\n');
  const auto devices = std::ranges::find_if(lines, is_devices);
  if (devices == lines.end()) return std::nullopt;
  auto end = std::find_if(devices + 1, lines.end(), is_top_level);
  // What stands right before the next key, or at the end of the file, belongs to that.
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

Config write_all(const Places& places, const Box& box, const std::vector<std::string>& packs,
                 const Answers& answers, DeviceKinds kinds) {
  refuse_taken_name(places, box.device.name, kinds);
  const std::string name = box.device.name + "." + std::string(box.kind->setup.secret_name);
  const fs::path secret = places.secrets / name;
  if (file_exists(secret))
    confirm("replace '" + secret.string() + "', which is there", answers.yes);
  const std::string text =
      next_text(places, device_yaml(box, (places.secrets.filename() / name).string(), packs));
  const Undisturbed until_both_are_written;
  make_system_folder(places.config.parent_path());
  Trial written_secret(secret);
  write_file(secret, box.secret.reveal() + (box.secret.reveal().ends_with('\n') ? "" : "\n"));
  const fs::path trial = places.config.string() + ".setup";
  Trial written_trial(trial);
  write_file(trial, text);
  give_mode(trial, places.config, places.is_new);
  Config config = checked(trial, places, kinds);
  if (::rename(trial.c_str(), places.config.c_str()) != 0)
    throw Error(ErrorKind::config, "cannot replace '" + places.config.string() +
                                       "': " + std::generic_category().message(errno));
  written_trial.keep();
  written_secret.keep();
  return config;
}

}  // namespace boxmeter::setup
