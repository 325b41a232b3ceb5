#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "base/text.h"
#include "publish/own_series.h"

namespace boxmeter {
namespace {

using prometheus::MetricFamily;
using Type = prometheus::MetricType;

MetricFamily single(const char* name, const char* help, Type type, double value) {
  prometheus::ClientMetric metric;
  (type == Type::Counter ? metric.counter.value : metric.gauge.value) = value;
  return {name, help, type, {metric}};
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double limit_of(int resource) {
  rlimit limit{};
  ::getrlimit(static_cast<__rlimit_resource_t>(resource), &limit);
  return static_cast<double>(limit.rlim_cur);  // without a limit 2^64-1, as elsewhere
}

double open_descriptors() {
  std::error_code error;
  const std::filesystem::directory_iterator folder("/proc/self/fd", error);
  const auto count = error ? 0 : std::distance(begin(folder), end(folder));
  return static_cast<double>(count) - 1;  // the folder itself was one
}

/// Fields of /proc/self/stat after the program's name, which may hold blanks; proc(5) counts from
/// 1, and the first of these is its number 3.
struct Stat {
  double start_ticks = 0, virtual_bytes = 0, resident_pages = 0;
};

Stat read_stat() {
  std::ifstream file("/proc/self/stat");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto name_end = text.rfind(") ");
  if (name_end == std::string::npos) return {};
  const auto fields = split(std::string_view(text).substr(name_end + 2), ' ');
  const auto field = [&](std::size_t number) {
    double value = 0;
    if (const auto at = number - 3; at < fields.size())
      std::from_chars(fields[at].data(), fields[at].data() + fields[at].size(), value);
    return value;
  };
  return {.start_ticks = field(22), .virtual_bytes = field(23), .resident_pages = field(24)};
}

/// From the clock since boot, because systemd's ProcSubset=pid hides /proc/stat.
double start_time(const Stat& stat) {
  timespec boot{};
  ::clock_gettime(CLOCK_BOOTTIME, &boot);
  const auto now = std::chrono::duration<double>(WallClock::now().time_since_epoch()).count();
  const auto since_boot =
      static_cast<double>(boot.tv_sec) + static_cast<double>(boot.tv_nsec) / 1e9;
  return now - since_boot + stat.start_ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace

std::vector<MetricFamily> process_families() {
  static const double started = start_time(read_stat());  // it must not wander with the clock
  const auto stat = read_stat();
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  constexpr auto kGauge = Type::Gauge;
  return {
      single("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.",
             Type::Counter, seconds(used.ru_utime) + seconds(used.ru_stime)),
      single("process_max_fds", "Maximum number of open file descriptors.", kGauge,
             limit_of(RLIMIT_NOFILE)),
      single("process_open_fds", "Number of open file descriptors.", kGauge, open_descriptors()),
      single("process_resident_memory_bytes", "Resident memory size in bytes.", kGauge,
             stat.resident_pages * static_cast<double>(::sysconf(_SC_PAGESIZE))),
      single("process_start_time_seconds", "Start time of the process since unix epoch in seconds.",
             kGauge, started),
      single("process_virtual_memory_bytes", "Virtual memory size in bytes.", kGauge,
             stat.virtual_bytes),
      single("process_virtual_memory_max_bytes",
             "Maximum amount of virtual memory available in "
             "bytes.",
             kGauge, limit_of(RLIMIT_AS)),
  };
}

}  // namespace boxmeter
