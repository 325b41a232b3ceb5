#pragma once
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): setenv is POSIX
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "config/config.h"

namespace boxmeter::test {

/// The checkout, from wherever the tests are started in it.
inline std::filesystem::path source_root() {
  for (auto folder = std::filesystem::current_path(); folder != folder.root_path();
       folder = folder.parent_path())
    if (exists(folder / "meson.build") && exists(folder / "config" / "boxmeter.yml")) return folder;
  throw std::runtime_error("the tests must be started inside the source tree");
}

/// The working directory for a while, so that messages name files as a user would.
class WorkingIn {
 public:
  explicit WorkingIn(const std::filesystem::path& folder)
      : before_(std::filesystem::current_path()) {
    current_path(folder);
  }
  ~WorkingIn() { std::filesystem::current_path(before_); }
  WorkingIn(const WorkingIn&) = delete;
  WorkingIn& operator=(const WorkingIn&) = delete;

 private:
  std::filesystem::path before_;
};

/// An environment variable for a while.
class Variable {
 public:
  Variable(std::string name, const std::string& value) : name_(std::move(name)) {
    if (const char* const old = ::getenv(name_.c_str())) before_ = old;
    ::setenv(name_.c_str(), value.c_str(), 1);
  }
  ~Variable() {
    if (before_)
      ::setenv(name_.c_str(), before_->c_str(), 1);
    else
      ::unsetenv(name_.c_str());
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  std::string name_;
  std::optional<std::string> before_;
};

/// A folder of its own, entered, with the files that a test writes.
class ConfigFolder {
 public:
  ConfigFolder() : path_(made()), inside_(path_) {}
  ~ConfigFolder() {
    std::filesystem::current_path(std::filesystem::temp_directory_path());
    std::filesystem::remove_all(path_);
  }
  ConfigFolder(const ConfigFolder&) = delete;
  ConfigFolder& operator=(const ConfigFolder&) = delete;

  void write(const std::string& name, std::string_view text, unsigned mode = 0600) const {
    if (const auto parent = std::filesystem::path(name).parent_path(); !parent.empty())
      create_directories(parent);
    std::ofstream(name, std::ios::binary) << text;
    permissions(std::filesystem::path(name), static_cast<std::filesystem::perms>(mode));
  }

  /// Loads the text as boxmeter.yml.
  Config load(std::string_view text) const {
    write("boxmeter.yml", text);
    return load_config("boxmeter.yml", shipped_kinds());
  }

  /// What is wrong with the text; "" when nothing is.
  std::string complaint(std::string_view text) const {
    try {
      load(text);
      return "";
    } catch (const Error& error) {
      return error.kind() == ErrorKind::config ? error.what() : "not a config error";
    }
  }

 private:
  static std::filesystem::path made() {
    std::string name = std::filesystem::temp_directory_path() / "boxmeter-config-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    return name;
  }

  std::filesystem::path path_;
  WorkingIn inside_;
};

}  // namespace boxmeter::test
