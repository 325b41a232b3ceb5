#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "device/kinds.h"

// `boxmeter setup`: from a box to a configuration.  What every question needs, and the steps, a
// file each.  One thread, a person at a terminal or an option for every answer.
namespace boxmeter::setup {

/// The answers that are known beforehand.
struct Answers {
  std::string config_file = {};  // empty: the first of the usual ones, or the best place for one
  std::string kind = {};
  std::string url = {};
  std::optional<std::string> name = {};
  std::optional<std::string> username = {};
  std::string secret_file = {};  // with the password or the token; "-": standard input
  std::vector<std::string> packs = {};
  bool yes = false;  // every other question is answered with what it proposes
};

/// A question that an option answers too: --yes takes what is proposed, and where nobody can be
/// asked the way out names the option.  Throws Error{config}.
std::string answer(const Answers& answers, const std::string& question, const std::string& proposed,
                   const std::string& option);

/// A box that is to become a device, and how it is logged in at.
struct Box {
  const DeviceKind* kind = nullptr;
  DeviceConfig device = {};
  std::string what = {};
  Secret secret = {};  // the text of the secret's file
};

/// choose.cpp: looks for boxes and lets one be chosen, or takes the address.
Box choose_box(const Answers& answers, DeviceKinds kinds, http::Stop& stop);

/// login.cpp: asks for user and password, or registers, until the box lets us in.
void log_in(const Answers& answers, Box& box, http::Stop& stop);

/// What one pack can do on a box.
struct PackReport {
  std::string name = {};
  std::string about = {};  // a sentence
  std::size_t series = 0;
  std::string denied = {};   // why, where the box denied something of it
  std::string lacking = {};  // why it gives nothing
};

/// packs.cpp: asks all that the packs of its kind ask, once.  The kind's own pack comes first.
std::vector<PackReport> explore(const Box& box, DeviceKinds kinds, http::Stop& stop);
/// Shows them and lets some be chosen.
std::vector<std::string> choose_packs(const Answers& answers, const Box& box,
                                      const std::vector<PackReport>& reports);

/// Where the configuration is or will be, and where its secrets are.
struct Places {
  std::filesystem::path config = {};
  bool is_new = true;
  std::filesystem::path secrets = {};  // a folder
};
Places places(const Answers& answers);

/// write.cpp: `yaml` as one more device of a text that has some, which otherwise stays as it is;
/// nullopt where that cannot be done without writing it anew.  Pure.
std::optional<std::string> with_device(const std::string& text, const std::string& yaml);
/// The device as an item of `devices`, two blanks in.  Pure.
std::string device_yaml(const Box& box, const std::string& secret_path,
                        const std::vector<std::string>& packs);
/// Writes the secret's file and the configuration, both or none, and returns what was read of it.
Config write_all(const Places& places, const Box& box, const std::vector<std::string>& packs,
                 const Answers& answers, DeviceKinds kinds);

/// report.cpp: one poll, what it found, and what to do next.  Returns the exit code.
int report(const Places& places, const Box& box, const Config& config, http::Stop& stop);

}  // namespace boxmeter::setup
