#include "record/recorder.h"

#include <filesystem>
#include <set>

#include "poll/requester.h"

namespace boxmeter::record {
namespace {

/// Whether a path stays in the folder of the recording: a box chooses it, in part.
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

/// Sends every request to a device once, and repeats its reply or error if it is made again.
class CachingDevice : public Device {
 public:
  using Ask = std::function<Reply(const Request&)>;
  CachingDevice(Device& device, Ask ask) : device_(device), ask_(std::move(ask)) {}

  Reply call(const Request& request) override {
    const std::string key = describe(request);
    calls.insert(key);
    if (const auto known = replies_.find(key); known != replies_.end()) return known->second;
    if (const auto known = errors_.find(key); known != errors_.end()) throw Error(known->second);
    try {
      return replies_[key] = ask_(request);
    } catch (const Error& error) {
      replies_.erase(key);
      errors_.emplace(key, error);
      throw;
    }
  }
  Epoch epoch() const override { return device_.epoch(); }
  std::uint64_t answers() const override { return device_.answers(); }
  std::uint64_t logins() const override { return device_.logins(); }

  std::set<std::string> calls = {};  // describe(request) of all that were made

 private:
  Device& device_;
  Ask ask_;
  std::map<std::string, Reply> replies_;  // by describe(request)
  std::map<std::string, Error> errors_;
};

/// Asks the questions of a brand until its replies lead to no new ones, and then what the packs
/// ask.
class Recorder {
 public:
  Recorder(const DeviceConfig& config, const DeviceKind& kind, http::Stop& stop,
           const OnStep& on_step)
      : url_(config.url),
        kind_(kind),
        on_step_(on_step),
        device_(kind.open(tapped(config), stop)),
        caching_device_(*device_, [this](const Request& request) { return called(request); }),
        pages_({.timeout = config.timeout, .tls = config.tls, .tap = tap()}, stop) {}

  void ask_what_the_brand_lists() {
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
  }

  void ask_as(const Query& query) {
    caching_device_.calls.clear();
    try {
      Requester(caching_device_).ask(query, Clock::now());
    } catch (const Error& error) {
      if (is_the_end(error)) throw;  // on_step() got it already
    }
    for (const std::string& call : caching_device_.calls)
      for (const std::string& file : files_of_[call])
        if (!open_pages_.contains(file)) add_member_use(member_uses_[file], query);
  }

  std::vector<File> files() && {
    std::vector<File> files;
    for (auto& [path, text] : recorded_)
      files.push_back({.path = path, .text = std::move(text), .member_use = member_uses_[path]});
    return files;
  }

 private:
  http::Tap tap() {
    return [this](const http::Request& request, const http::Response& response) {
      auto [path, text] = kind_.record.file(recorded_, request, response);
      if (path.empty() || !stays_inside(path)) return;
      answered_->insert(path);
      recorded_[path] = std::move(text);
    };
  }

  DeviceConfig tapped(DeviceConfig config) {
    config.state_dir.clear();  // a recording leaves nothing behind
    config.tap = tap();
    return config;
  }

  bool is_the_end(const Error& error) const {
    return error.kind() == ErrorKind::auth || unanswered_ >= kMostUnanswered;
  }

  template <typename Send>
  auto asked(const std::string& question, Send send) {
    known_.insert(question);
    ++asked_;
    Step step{.asked = asked_, .known = known_.size(), .question = question};
    try {
      auto reply = send();
      unanswered_ = 0;
      on_step_(step);
      return reply;
    } catch (const Error& error) {
      step.problem = error.what();
      unanswered_ = ends_turn(error.kind()) ? unanswered_ + 1 : 0;
      if (!is_the_end(error)) on_step_(step);
      throw;
    }
  }

  /// Asks the box itself, and notes in which files tap() puts the answer.
  Reply called(const Request& request) {
    answered_ = &files_of_[describe(request)];
    return asked(describe(request), [&] {
      kind_.check(request);  // what a pack may not ask is not asked here either
      return device_->call(request);
    });
  }

  /// Asks for a page that needs no login: no pack reads its file, even if a login fetches the page
  /// again.
  void ask_page(const std::string& url) {
    answered_ = &open_pages_;
    asked(url, [&] { return pages_.send({.url = url, .login = false}); });
  }

  void ask(const Question& question) {
    try {
      if (question.page.empty())
        caching_device_.call(question.request);
      else
        ask_page(question.page);
    } catch (const Error& error) {
      if (is_the_end(error)) throw;
    }
  }

  std::string url_;
  const DeviceKind& kind_;
  const OnStep& on_step_;
  Recorded recorded_;
  std::map<std::string, MemberUse> member_uses_;           // by the path of the file
  std::set<std::string> open_pages_;                       // their files
  std::map<std::string, std::set<std::string>> files_of_;  // by describe(request)
  std::set<std::string>* answered_ =
      &open_pages_;  // where tap() notes the files of the current question
  std::set<std::string> known_;
  std::vector<Question> waiting_;
  std::size_t asked_ = 0;
  int unanswered_ = 0;  // questions without any answer, in a row
  std::unique_ptr<Device> device_;
  CachingDevice caching_device_;
  http::Client pages_;
};

}  // namespace

std::vector<File> ask_everything(const DeviceConfig& config, const DeviceKind& kind,
                                 const std::vector<QueryPtr>& queries, http::Stop& stop,
                                 const OnStep& on_step) {
  Recorder recorder(config, kind, stop, on_step);
  recorder.ask_what_the_brand_lists();
  for (const QueryPtr& query : queries) recorder.ask_as(*query);
  return std::move(recorder).files();
}

}  // namespace boxmeter::record
