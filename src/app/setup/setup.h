#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "device/kinds.h"

// `boxmeter setup`: finds a box and writes the configuration that polls it.  Each step is in a file
// of its own.  Every question can be answered by an option instead of a person.  One thread.
namespace boxmeter::setup {

/// The answers that were given as options.
struct Answers {
  std::string config_file = {};  // empty: the first of usual_config_files(), or a new one
  std::string kind = {};
  std::string url = {};
  std::optional<std::string> name = {};
  std::optional<std::string> username = {};
  std::string secret_file = {};  // with the password or the token; "-": standard input
  std::vector<std::string> packs = {};
  bool yes = false;  // answer all other questions with the proposed answer
};

/// Asks a question for which there is an option, too: with --yes the proposed answer is taken, and
/// if nobody can be asked, Error{config} names the option.
std::string answer(const Answers& answers, const std::string& question, const std::string& proposed,
                   const std::string& option);

/// The chosen box, and its login.
struct Box {
  const DeviceKind* kind = nullptr;
  DeviceConfig device = {};
  std::string what = {};
  Secret secret = {};  // the text for the secret's file
};

/// choose.cpp: looks for boxes and lets the person choose one, or takes the address of `answers`.
Box choose_box(const Answers& answers, DeviceKinds kinds, http::Stop& stop);

/// login.cpp: asks for user and password until the login succeeds, or registers boxmeter at the
/// box.
void log_in(const Answers& answers, Box& box, http::Stop& stop);

/// What one pack gives on a box.
struct PackReport {
  std::string name = {};
  std::string about = {};  // a sentence
  std::size_t series = 0;
  std::string denied = {};   // the box's message, if it denied a query
  std::string lacking = {};  // the reason of the first failed query
};

/// packs.cpp: asks the queries of all packs of its kind, once.  The kind's default pack comes
/// first.
std::vector<PackReport> explore(const Box& box, DeviceKinds kinds, http::Stop& stop);
/// packs.cpp: shows the reports and lets the person choose packs.
std::vector<std::string> choose_packs(const Answers& answers, const Box& box,
                                      const std::vector<PackReport>& reports);

/// Where the configuration and its secrets are or will be.
struct Paths {
  std::filesystem::path config = {};
  bool is_new = true;
  std::filesystem::path secrets = {};  // a folder
};
/// write.cpp
Paths paths(const Answers& answers);

/// write.cpp: the text of a configuration with the device `yaml` added, otherwise unchanged;
/// nullopt if its list of devices has another form than setup can edit.  Pure.
std::optional<std::string> with_device(const std::string& text, const std::string& yaml);
/// The device as an item of `devices`, indented by two blanks.  Pure.
std::string device_yaml(const Box& box, const std::string& secret_path,
                        const std::vector<std::string>& packs);
/// Writes the secret's file and the configuration, both or none; returns the configuration as read
/// from the file.
Config write_all(const Paths& paths, const Box& box, const std::vector<std::string>& packs,
                 const Answers& answers, DeviceKinds kinds);

/// report.cpp: polls once, prints a summary and what to do next.  Returns the exit code.
int report(const Paths& paths, const Box& box, const Config& config, http::Stop& stop);

}  // namespace boxmeter::setup
