#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <nlohmann/json.hpp>

#include "base/environment.h"
#include "base/unicode.h"

namespace boxmeter {
namespace {

using Fields = std::vector<LogField>;

struct Level {
  const char* name;
  spdlog::level::level_enum of_spdlog;
  char priority;  // sd-daemon(3)
};
constexpr Level kLevels[] = {{"debug", spdlog::level::debug, '7'},
                             {"info", spdlog::level::info, '6'},
                             {"warn", spdlog::level::warn, '4'},
                             {"error", spdlog::level::err, '3'}};

const Level& row(LogLevel level) { return kLevels[static_cast<std::size_t>(level)]; }

/// A string of JSON, which is also how logfmt quotes.
std::string json_string(std::string_view text) {
  return printable(
      nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

/// As logfmt has it: quotes only where something needs them.
std::string logfmt_value(std::string_view text) {
  const bool is_plain = !text.empty() && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c < 0x7F && c != '"' && c != '=' && c != '\\';
  });
  return is_plain ? std::string(text) : json_string(text);
}

std::string as_logfmt(const Level& level, std::string_view message, const Fields& fields) {
  std::string line = std::string("level=") + level.name + " msg=" + json_string(message);
  for (const LogField& field : fields)
    line.append(" ").append(field.name).append("=").append(logfmt_value(field.value));
  return line;
}

std::string as_json(const Level& level, std::string_view message, const Fields& fields) {
  std::string line =
      std::string(R"("level":")") + level.name + R"(","msg":)" + json_string(message);
  for (const LogField& field : fields)
    line.append(",\"").append(field.name).append("\":").append(json_string(field.value));
  return line + "}";  // the opening brace is in kFormats, before the time
}

std::string as_text(const Level& level, std::string_view message, const Fields& fields) {
  std::string subject;
  for (const LogField& field : fields) {
    if (field.name == "device") subject += field.value;
    if (field.name == "query") subject += "/" + field.value;
    if (field.name == "sink") subject += "push " + field.value;
  }
  if (!subject.empty()) subject += ": ";
  std::string line = level.name;
  line.resize(6, ' ');
  return line + printable(subject) + printable(message);
}

struct Format {
  std::string_view name;
  const char* time;  // the pattern of spdlog before what render() gives
  spdlog::pattern_time_type zone;
  std::string (*render)(const Level&, std::string_view, const Fields&);
};
constexpr Format kFormats[] = {
    {"text", "%H:%M:%S ", spdlog::pattern_time_type::local, as_text},
    {"logfmt", "time=%Y-%m-%dT%H:%M:%S.%eZ ", spdlog::pattern_time_type::utc, as_logfmt},
    {"json", R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ",)", spdlog::pattern_time_type::utc, as_json}};

// What set_up_log() chose.  Until then, as in commands without a configuration, text.
std::atomic<const Format*> chosen = &kFormats[0];
std::atomic<bool> is_journal = false;

/// $JOURNAL_STREAM (systemd.exec(5)): device and inode of what the journal reads.
bool stderr_is_the_journal() {
  const auto stream = environment("JOURNAL_STREAM");
  struct stat file = {};
  return stream && ::fstat(2, &file) == 0 &&
         *stream == std::to_string(file.st_dev) + ":" + std::to_string(file.st_ino);
}

}  // namespace

void set_up_log(std::string_view level, std::string_view format) {
  // Created once: to replace it would destroy the logger while other threads use it.
  static const auto logger = [] {
    auto made = std::make_shared<spdlog::logger>("boxmeter",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->flush_on(spdlog::level::info);
    spdlog::set_default_logger(made);
    return made;
  }();
  const Format& now = *std::ranges::find(kFormats, format, &Format::name);
  chosen = &now;
  is_journal = stderr_is_the_journal();
  logger->set_pattern(is_journal ? "%v" : std::string(now.time) + "%v", now.zone);
  const auto* const wanted = std::ranges::find_if(
      kLevels, [&](const Level& one) { return level.starts_with(one.name); });  // warn(ing)
  logger->set_level(wanted == std::end(kLevels) ? spdlog::level::off : wanted->of_spdlog);
}

void log_event(LogLevel level, std::string_view message, const Fields& fields) {
  if (!is_logged(level)) return;
  const Level& now = row(level);
  const Format& format = *chosen.load();
  std::string line = format.render(now, message, fields);
  if (is_journal)
    line = std::string("<") + now.priority + ">" + (format.render == as_json ? "{" : "") + line;
  spdlog::log(now.of_spdlog, "{}", line);
}

bool is_logged(LogLevel level) { return spdlog::should_log(row(level).of_spdlog); }

}  // namespace boxmeter
