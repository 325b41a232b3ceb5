#include "app/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>

namespace boxmeter {
namespace {

/// The message as a JSON string, which is also how logfmt quotes.
class Quoted final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& out) override {
    const std::string text =
        nlohmann::json(std::string(message.payload.data(), message.payload.size()))
            .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    out.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<Quoted>();
  }
};

struct Format {
  std::string_view name;
  const char* pattern;
};
constexpr Format kFormats[] = {
    {"logfmt", "time=%Y-%m-%dT%H:%M:%S.%eZ level=%l msg=%*"},
    {"json", R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","msg":%*})"},
    {"text", "%H:%M:%S %-7l %v"},
};

}  // namespace

void set_up_log(const LogOptions& options) {
  auto logger = spdlog::stderr_logger_mt("boxmeter");
  for (const Format& format : kFormats) {
    if (format.name != options.format) continue;
    const auto zone =
        format.name == "text" ? spdlog::pattern_time_type::local : spdlog::pattern_time_type::utc;
    auto formatter = std::make_unique<spdlog::pattern_formatter>(zone);
    formatter->add_flag<Quoted>('*').set_pattern(format.pattern);
    logger->set_formatter(std::move(formatter));
  }
  logger->set_level(spdlog::level::from_str(options.level));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace boxmeter
