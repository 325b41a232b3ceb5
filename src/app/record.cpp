// record: writes a scrubbed recording of a box, which boxmeter-sim can play.
#include <unistd.h>

#include <ctime>
#include <iostream>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/process.h"
#include "base/file.h"
#include "base/log.h"
#include "base/secret_file.h"
#include "base/text.h"
#include "config/config.h"
#include "config/pack.h"
#include "record/recorder.h"

namespace boxmeter {
namespace {

namespace fs = std::filesystem;

void refuse_used(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) return;
  if (!fs::is_directory(folder, error) || !fs::is_empty(folder, error))
    throw Error(ErrorKind::config,
                "'" + folder.string() + "' is there already; name a folder that is new or empty");
}

/// Shows progress: on a terminal in one line, which is overwritten; elsewhere a line per 100
/// questions.
class Progress {
 public:
  void show(const record::Step& step) {
    if (!step.problem.empty()) unanswered_.push_back("* `" + step.question + "`: " + step.problem);
    asked_ = step.asked;
    const std::string line =
        std::to_string(step.asked) + " of " + std::to_string(step.known) + " questions asked";
    if (is_terminal_)
      std::cerr << "\r\x1b[K" << line << " (" << step.question << ")" << std::flush;
    else if (step.asked % 100 == 0)
      std::cerr << line << std::endl;
  }
  void end() const {
    if (is_terminal_) std::cerr << "\r\x1b[K" << std::flush;
  }

  std::size_t asked() const { return asked_; }
  const std::vector<std::string>& unanswered() const { return unanswered_; }

 private:
  bool is_terminal_ = ::isatty(STDERR_FILENO) == 1;
  std::size_t asked_ = 0;
  std::vector<std::string> unanswered_;
};

std::string today() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[11];
  std::strftime(text, sizeof text, "%Y-%m-%d", &parts);
  return text;
}

/// The file in the recording that describes it.
record::File about(const DeviceConfig& device, const Progress& progress) {
  std::string text = "# Recording of a " + device.kind +
                     "\n\nMade by boxmeter " BOXMETER_VERSION " on " + today() +
                     " and scrubbed: names, addresses, numbers and secrets are made up, each the "
                     "same throughout.\n`boxmeter-sim --recording .` plays it.\n\n";
  text += std::to_string(progress.asked()) + " questions were asked; without an answer were:\n\n";
  for (const std::string& line : progress.unanswered()) text += line + "\n";
  return {.path = "RECORDING.md", .text = std::move(text)};
}

/// User and secret of the configuration, to be replaced wherever they are in the replies.
std::vector<record::PrivateText> known_originals(const DeviceConfig& device) {
  std::vector<record::PrivateText> known = {
      {.privacy = Privacy::user, .text = device.username},
      {.privacy = Privacy::secret, .text = device.credential.value.reveal()}};
  if (device.credential.file.empty()) return known;
  const Secret text = read_secret_file(device.credential.file);
  for (const std::string_view line : split(text.reveal(), '\n'))
    known.push_back({.privacy = Privacy::secret, .text = std::string(line)});
  return known;
}

void write(const fs::path& folder, const record::Scrubbed& scrubbed) {
  for (const record::File& file : scrubbed.files) write_file(folder / file.path, file.text);
  std::vector<std::string> replaced;
  for (const auto& [what, count] : scrubbed.replaced)
    replaced.push_back(std::to_string(count) + " " + what);
  std::cout << folder.string() << ": " << scrubbed.files.size() << " files; replaced "
            << (replaced.empty() ? "nothing" : joined(replaced)) << "\n";
}

/// The queries of all packs of the kind, so that the recording has all that they ask.
std::vector<QueryPtr> queries_of(const DeviceKind& kind, DeviceKinds kinds) {
  std::vector<QueryPtr> queries;
  for (const PackText& pack : kind.packs())
    for (const QueryPtr& query : parse_pack(kinds, pack.text, std::string(pack.name)).queries)
      queries.push_back(query);
  return queries;
}

int record_device(const std::string& file, DeviceKinds kinds, const Words& words) {
  if (words.size() != 2)
    throw Error(ErrorKind::config,
                "record needs a device and a folder: boxmeter record DEVICE DIR");
  const Config config = load_config(config_file(file), kinds);
  const Job& job = find_device(config, words[0]);
  DeviceConfig device = job.device;
  device.one_shot = true;
  const fs::path folder = words[1];
  refuse_used(folder);
  check_writable(folder / "any");
  set_up_log("warn", "text");
  prepare_process(1);
  http::Stop stop;
  const DeviceKind& kind = *job.kind;
  const std::vector<QueryPtr> queries = queries_of(kind, kinds);
  Progress progress;
  std::vector<record::File> files = within(device.name, [&] {
    return record::ask_everything(device, kind, queries, stop,
                                  [&](const record::Step& step) { progress.show(step); });
  });
  progress.end();
  if (files.empty())
    throw Error(ErrorKind::protocol, device.name + ": no question was answered as a " +
                                         device.kind + " does; nothing was written");
  files.push_back(about(device, progress));
  record::Vocabulary vocabulary;
  for (const QueryPtr& query : queries) vocabulary.add(*query);
  write(folder,
        record::scrub(std::move(files), kind.record.privacy, vocabulary, known_originals(device)));
  return 0;
}

}  // namespace

Prepared prepare_record(const Program& program) {
  auto file = std::make_shared<std::string>();
  return {.syntax = {.about = "Asks a device everything that can be read and writes a recording "
                              "for boxmeter-sim.",
                     .options = {config_option(*file)},
                     .words = "DEVICE DIR",
                     .most_words = 2,
                     .more = "Every text that is not known to be harmless is replaced before "
                             "anything is written: names,\naddresses, phone and serial numbers, "
                             "keys. Look at DIR before you give it away all the same."},
          .run = [file, kinds = program.kinds](const Words& words) {
            return record_device(*file, kinds, words);
          }};
}

}  // namespace boxmeter
