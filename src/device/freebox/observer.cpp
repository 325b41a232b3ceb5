#include "device/freebox/observer.h"

#include "device/freebox/json.h"

namespace boxmeter::freebox {
void Observer::see(std::string_view path, const Reply& result, WallClock::time_point now) {
  if (!result.is_object()) return;
  if (path.ends_with('/')) path.remove_suffix(1);
  if (path == "system") see_system(result, now);
  if (path == "connection" || path == "connection/full") see_connection(result);
}

void Observer::see_system(const Reply& result, WallClock::time_point now) {
  bool restarted = false;
  const auto uptime = result.find("uptime_val");
  if (uptime != result.end() && uptime->is_number_integer()) {
    const auto seconds = uptime->get<std::int64_t>();
    restarted = uptime_ && seconds < *uptime_;
    uptime_ = seconds;
    booted_ = now - std::chrono::seconds(seconds);
  }
  const std::string firmware = text_at(result, "firmware_version");
  const bool changed = !firmware.empty() && !firmware_.empty() && firmware != firmware_;
  if (!firmware.empty()) firmware_ = firmware;
  if (restarted || changed) ++epoch_.boot;
  const auto model = result.find("model_info");  // API 6 and later
  if (model != result.end() && model->is_object()) model_ = text_at(*model, "pretty_name");
}

void Observer::see_connection(const Reply& result) {
  const std::string state = text_at(result, "state");
  if (state == "up" && !connection_.empty() && connection_ != "up") ++epoch_.wan;
  if (!state.empty()) connection_ = state;
}

}  // namespace boxmeter::freebox
