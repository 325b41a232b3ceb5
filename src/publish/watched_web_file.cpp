#include "publish/watched_web_file.h"

#include <sys/stat.h>

#include "base/log.h"

namespace boxmeter {
namespace {

constexpr std::chrono::seconds kPause{1};

}  // namespace

WatchedWebFile::WatchedWebFile(const std::filesystem::path& file) : file_(file) {
  auto first = std::make_shared<WebFile>();
  if (!file_.empty()) *first = read_web_file(file_);
  last_read_.with([&](LastRead& last) { last = {first->sources, stamp_of(first->sources)}; });
  current_.with([&](auto& current) { current = std::move(first); });
}

WatchedWebFile::Stamp WatchedWebFile::stamp_of(const std::vector<std::filesystem::path>& files) {
  Stamp stamp;
  for (const auto& file : files) {
    struct stat is {};
    if (::stat(file.c_str(), &is) != 0) is = {};
    for (const timespec& time : {is.st_mtim, is.st_ctim})
      stamp.insert(stamp.end(), {time.tv_sec, time.tv_nsec});
    stamp.insert(stamp.end(), {static_cast<std::int64_t>(is.st_dev),
                               static_cast<std::int64_t>(is.st_ino), is.st_size});
  }
  return stamp;
}

std::shared_ptr<const WebFile> WatchedWebFile::at(Time now) {
  auto next = next_look_.load();
  if (!file_.empty() && now >= next && next_look_.compare_exchange_strong(next, now + kPause))
    read_if_changed();
  return current_.with([](const auto& current) { return current; });
}

/// The stamp is taken before the files are read, so that a change meanwhile is seen the next time.
void WatchedWebFile::read_if_changed() {
  last_read_.with([&](LastRead& last) {
    const Stamp stamp = stamp_of(last.sources);
    if (stamp == last.stamp) return;
    last.stamp = stamp;
    Mistakes mistakes;
    auto read = std::make_shared<const WebFile>(read_web_file(file_, mistakes));
    if (read->sources != last.sources) last = {read->sources, stamp_of(read->sources)};
    try {
      mistakes.throw_if_any();
      current_.with([&](auto& current) { current = std::move(read); });
      log_event(LogLevel::info, "'" + file_.string() + "' changed and was read again");
    } catch (const ConfigMistakes& wrong) {
      for (const std::string& line : wrong.lines())
        log_event(LogLevel::error,
                  "web.config_file changed, but what was read before stays in use: " + line);
    }
  });
}

}  // namespace boxmeter
