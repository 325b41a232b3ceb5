#include "publish/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

#include "base/text.h"

namespace boxmeter {
namespace {

Series single(const char* name, const char* help, MetricType type, std::optional<double> value) {
  Series series{std::make_shared<const Family>(Family{.name = name, .type = type, .help = help}),
                {}};
  if (value) series.points.push_back({{}, Number(*value)});
  return series;
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

std::optional<double> limit_of(int resource) {
  rlimit limit{};
  if (::getrlimit(static_cast<__rlimit_resource_t>(resource), &limit) != 0) return std::nullopt;
  return static_cast<double>(limit.rlim_cur);  // unlimited is 2^64-1, as in other client libraries
}

std::optional<double> open_descriptors() {
  std::error_code error;
  std::filesystem::directory_iterator folder("/proc/self/fd", error);
  std::int64_t count = -1;  // not the one that reads the folder
  for (; !error && folder != std::filesystem::directory_iterator(); folder.increment(error))
    ++count;
  if (error || count < 0) return std::nullopt;
  return static_cast<double>(count);
}

/// Fields of /proc/self/stat, numbered as in proc(5).  The second one, the program's name, may
/// contain blanks: reading starts after it, at number 3.
struct Stat {
  std::optional<double> start_ticks = {}, virtual_bytes = {}, resident_pages = {};
};

Stat read_stat() {
  std::ifstream file("/proc/self/stat");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto name_end = text.rfind(") ");
  if (name_end == std::string::npos) return {};
  const auto fields = split(std::string_view(text).substr(name_end + 2), ' ');
  const auto field = [&](std::size_t number) -> std::optional<double> {
    const auto at = number - 3;
    const auto value = at < fields.size() ? Number::parse(fields[at]) : std::nullopt;
    return value ? std::optional(value->to_double()) : std::nullopt;
  };
  return {.start_ticks = field(22), .virtual_bytes = field(23), .resident_pages = field(24)};
}

/// Computed from CLOCK_BOOTTIME, because systemd's ProcSubset=pid hides /proc/stat.
double start_time(const Stat& stat, WallClock::time_point started) {
  const auto since_epoch = [](WallClock::time_point when) {
    return std::chrono::duration<double>(when.time_since_epoch()).count();
  };
  timespec boot{};
  if (!stat.start_ticks || ::clock_gettime(CLOCK_BOOTTIME, &boot) != 0) return since_epoch(started);
  const auto since_boot =
      static_cast<double>(boot.tv_sec) + static_cast<double>(boot.tv_nsec) / 1e9;
  return since_epoch(WallClock::now()) - since_boot +
         *stat.start_ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::optional<double> scaled(std::optional<double> value, double factor) {
  return value ? std::optional(*value * factor) : std::nullopt;
}

}  // namespace

std::vector<Series> process_series(WallClock::time_point started) {
  const Stat stat = read_stat();
  static const double start = start_time(stat, started);  // once: it must not change with the clock
  rusage used{};
  std::optional<double> cpu;
  if (::getrusage(RUSAGE_SELF, &used) == 0) cpu = seconds(used.ru_utime) + seconds(used.ru_stime);
  constexpr auto kGauge = MetricType::gauge;
  return {
      single("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.",
             MetricType::counter, cpu),
      single("process_max_fds", "Maximum number of open file descriptors.", kGauge,
             limit_of(RLIMIT_NOFILE)),
      single("process_open_fds", "Number of open file descriptors.", kGauge, open_descriptors()),
      single("process_resident_memory_bytes", "Resident memory size in bytes.", kGauge,
             scaled(stat.resident_pages, static_cast<double>(::sysconf(_SC_PAGESIZE)))),
      single("process_start_time_seconds", "Start time of the process since unix epoch in seconds.",
             kGauge, start),
      single("process_virtual_memory_bytes", "Virtual memory size in bytes.", kGauge,
             stat.virtual_bytes),
      single("process_virtual_memory_max_bytes",
             "Maximum amount of virtual memory available in bytes.", kGauge, limit_of(RLIMIT_AS)),
  };
}

}  // namespace boxmeter
