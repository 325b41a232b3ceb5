// setup: finds a box and writes the configuration that polls it.
#include "app/setup/setup.h"

#include <algorithm>
#include <iostream>
#include <memory>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/process.h"
#include "base/file.h"
#include "base/log.h"

namespace boxmeter {
namespace {

using namespace setup;

/// The name is used as a label and in names of files.
void check_name(const std::string& name) {
  const bool fits =
      !name.empty() && name.front() != '.' && name.front() != '-' &&
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") ==
          std::string::npos;
  if (!fits)
    throw Error(ErrorKind::config, "device name '" + name +
                                       "' must be of letters, digits, '_', '-' and '.', and begin "
                                       "with a letter, a digit or '_'");
}

/// The first of some names that no device of the configuration has.
std::string free_name(const Paths& paths, const Box& box, DeviceKinds kinds) {
  if (paths.is_new) return "home";
  const Config config = load_config(paths.config, kinds);
  const auto is_taken = [&](const std::string& name) {
    return std::ranges::any_of(config.jobs,
                               [&](const Job& job) { return job.device.name == name; });
  };
  const std::string kind(box.kind->name);
  for (const std::string& name : {std::string("home"), kind})
    if (!is_taken(name)) return name;
  for (int number = 2;; ++number)
    if (std::string name = kind + std::to_string(number); !is_taken(name)) return name;
}

/// Who runs setup again wants to mend something: asked twice over, a box gets twice the work.
void refuse_known_box(const Config& there, const Box& box, const std::filesystem::path& file) {
  for (const Job& job : there.jobs)
    if (job.device.kind == box.device.kind && job.device.url == box.device.url)
      throw Error(ErrorKind::config, "'" + file.string() + "' has this box already, as '" +
                                         job.device.name + "': change it there ('boxmeter doctor " +
                                         job.device.name +
                                         "' says what is wrong), or give --name to have it twice");
}

int set_up(const Answers& answers, DeviceKinds kinds) {
  set_up_log("off", "text");  // the table of packs says what it would say
  prepare_process(1);
  const Paths target = paths(answers);
  Config there;
  if (!target.is_new) there = load_config(target.config, kinds);  // throws if it is invalid
  check_writable(target.config);
  check_writable(target.secrets);
  http::Stop stop;
  Box box = choose_box(answers, kinds, stop);
  if (!answers.name) refuse_known_box(there, box, target.config);
  log_in(answers, box, stop);
  const std::vector<PackReport> reports = explore(box, kinds, stop);
  const std::vector<std::string> packs = choose_packs(answers, box, reports);
  box.device.name = answers.name ? *answers.name
                                 : answer(answers, "Name of the device, its label in all metrics",
                                          free_name(target, box, kinds), "--name");
  check_name(box.device.name);
  if (!answers.yes) {
    const std::string what = target.is_new ? "Write '" : "Add it to '";
    if (answer(answers, what + target.config.string() + "'", "y", "--yes") != "y")
      throw Error(ErrorKind::config, "not done, and nothing was written");
  }
  const Config config = write_all(target, box, packs, answers, kinds);
  return report(target, box, config, stop);
}

std::vector<Option> setup_options(Answers& answers, DeviceKinds kinds) {
  std::vector<std::string_view> names;
  for (const DeviceKind& kind : kinds) names.push_back(kind.name);
  return {
      {.name = "config.file",
       .letter = 'c',
       .target = &answers.config_file,
       .help = "Where the device is written or added; without it the configuration that is there, "
               "else /etc/boxmeter/boxmeter.yml for root, ~/.config/boxmeter/boxmeter.yml for "
               "others",
       .value = "FILE"},
      {.name = "kind",
       .target = &answers.kind,
       .help = "Of the box, without which it is found out",
       .value = "KIND",
       .choices = names},
      {.name = "url",
       .target = &answers.url,
       .help = "Address of the box, without which it is looked for",
       .value = "URL"},
      {.name = "username",
       .target = &answers.username,
       .help = "User of the box; \"\": who logged in last",
       .value = "USER"},
      {.name = "password-file",
       .target = &answers.secret_file,
       .help = "File with the password or the app token, which is copied; '-': standard input",
       .value = "FILE"},
      {.name = "packs",
       .target = &answers.packs,
       .help = "What is asked: names, or 'all' that work",
       .value = "PACK,...",
       .is_list = true},
      {.name = "name", .target = &answers.name, .help = "Of the device", .value = "NAME"},
      {.name = "yes",
       .target = &answers.yes,
       .help = "Ask nothing: take what is proposed where no option says otherwise"}};
}

}  // namespace

Prepared prepare_setup(const Program& program) {
  auto answers = std::make_shared<Answers>();
  return {
      .syntax = {.about = "Finds a box, logs in, and writes the configuration that polls it.",
                 .options = setup_options(*answers, program.kinds),
                 .more = "  boxmeter setup\n"
                         "  boxmeter setup --url fritz.box --username monitor --password-file - "
                         "--yes"},
      .run = [answers, kinds = program.kinds](const Words&) { return set_up(*answers, kinds); }};
}

}  // namespace boxmeter
