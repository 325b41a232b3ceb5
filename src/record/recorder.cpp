#include "record/recorder.h"

#include <filesystem>
#include <set>

#include "poll/ask.h"

namespace boxmeter::record {
namespace {

/// A path of a box is not ours: it must not lead out of the folder.
bool stays_inside(const std::filesystem::path& path) {
  if (path.empty() || path.is_absolute()) return false;
  for (const auto& step : path)
    if (step == ".." || step == "." || step.native().starts_with('.')) return false;
  return path.native().find_first_of(std::string("\\\0\n\r", 4)) == std::string::npos &&
         path.native().size() < 200;
}

std::string shown(const Question& question) {
  return question.page.empty() ? describe(question.request) : question.page;
}

/// Asks the questions of a brand until there is no new one.
class Recorder {
 public:
  Recorder(const DeviceConfig& config, const DeviceKind& kind, http::Stop& stop,
           const OnStep& on_step)
      : url_(config.url),
        kind_(kind),
        on_step_(on_step),
        device_(kind.open(tapped(config), stop)),
        pages_({.timeout = config.timeout, .tls = config.tls, .tap = tap()}, stop) {}

  Recorded recorded() && {
    for (bool is_new = true; is_new;) {
      is_new = false;
      for (const Question& question : kind_.record.questions(url_, recorded_))
        if (known_.insert(shown(question)).second) {
          is_new = true;
          waiting_.push_back(question);
        }
      for (const Question& question : waiting_) ask(question);
      waiting_.clear();
    }
    return std::move(recorded_);
  }

 private:
  http::Tap tap() {
    return [this](const http::Request& request, const http::Response& response) {
      auto [path, text] = kind_.record.file(recorded_, request, response);
      if (!path.empty() && stays_inside(path)) recorded_[path] = std::move(text);
    };
  }

  DeviceConfig tapped(DeviceConfig config) {
    config.state_dir.clear();  // a recording is no reason to remember a box
    config.tap = tap();
    return config;
  }

  void ask(const Question& question) {
    ++asked_;
    Step step{.asked = asked_, .known = known_.size(), .question = shown(question)};
    try {
      if (question.page.empty()) {
        kind_.check(question.request);  // what a pack may not ask is not asked here either
        device_->call(question.request);
      } else {
        pages_.send({.url = question.page, .login = false});
      }
      silent_ = 0;
    } catch (const Error& error) {
      step.problem = error.what();
      silent_ = ends_turn(error.kind()) ? silent_ + 1 : 0;
      if (error.kind() == ErrorKind::auth || silent_ == kPatience) throw;
    }
    on_step_(step);
  }

  std::string url_;
  const DeviceKind& kind_;
  const OnStep& on_step_;
  Recorded recorded_;
  std::set<std::string> known_;
  std::vector<Question> waiting_;
  std::size_t asked_ = 0;
  int silent_ = 0;  // questions without any answer, in a row
  std::unique_ptr<Device> device_;
  http::Client pages_;
};

}  // namespace

std::vector<File> asked_everything(const DeviceConfig& config, const DeviceKind& kind,
                                   http::Stop& stop, const OnStep& on_step) {
  std::vector<File> files;
  for (auto& [path, text] : Recorder(config, kind, stop, on_step).recorded())
    files.push_back({.path = path, .text = std::move(text)});
  return files;
}

}  // namespace boxmeter::record
