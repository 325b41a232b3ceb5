#pragma once
#include <string>
#include <string_view>
#include <vector>

// The log: one line per event on stderr, with fields that programs can pick.
//
//   logfmt  time=2026-01-02T03:04:05.678Z level=warn msg="no answer" device=home reason=timeout
//   json    {"time":"2026-01-02T03:04:05.678Z","level":"warn","msg":"no answer",...}
//   text    03:04:05 warn   home: no answer
//
// When stderr is systemd's journal, lines begin with the priority that it reads ("<4>") and have no
// time, which the journal has itself.  Any thread, but set_up_log(); nothing here throws Error.
namespace boxmeter {

enum class LogLevel { debug, info, warn, error };

/// Names in use: device, query, sink, reason.  In `text` device, query and sink stand before the
/// message, other fields are left out.
struct LogField {
  std::string_view name;
  std::string value;
};

/// `level` and `format` as the configuration has them (debug, info, warn or warning, error; logfmt,
/// json, text); with any other level nothing is logged.  The first call comes before any thread
/// exists; later ones change both, from any thread.
void set_up_log(std::string_view level, std::string_view format);

/// Message and values may hold text of a box or a user: control characters, line ends and marks
/// that change the writing direction are escaped.
void log_event(LogLevel level, std::string_view message, const std::vector<LogField>& fields = {});

/// Whether a line of this level is written: before work that only the log needs.
bool is_logged(LogLevel level);

}  // namespace boxmeter
