#pragma once
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "publish/delivery.h"

// A listener in virtual time for tests of a Delivery: no socket, no clock.
namespace boxmeter::testing {

constexpr Clock::time_point kStart{std::chrono::hours(100)};

inline PushObject object(std::string text) {
  return {.text = std::move(text),
          .source = std::make_shared<const std::string>("query 'q' of device 'free'")};
}

/// Objects "0", "1" ... of one width, so that sizes are easy to count.
inline std::string numbered(int number) {
  const std::string digits = std::to_string(number);
  return std::string(6 - digits.size(), '0') + digits;
}

inline void fill(Delivery& delivery, int from, int to) {
  for (int i = from; i < to; ++i) CHECK(delivery.add(object(numbered(i))).empty());
}

inline std::vector<std::string> objects_of(const std::string& body) {
  std::vector<std::string> objects;
  for (std::size_t at = 1; at + 6 < body.size(); at += 7) objects.push_back(body.substr(at, 6));
  return objects;
}

/// A listener in virtual time: `status` answers a body; what got a 204 is kept.
struct Listener {
  std::function<PushAnswer(const std::string& body)> answer;
  std::vector<std::string> bodies = {};
  std::vector<std::string> got = {};
  PushNotes notes = {};

  /// Sends all that is due until `until` and returns the time then.
  Clock::time_point run(Delivery& delivery, Clock::time_point now, Clock::time_point until) {
    for (;;) {
      const auto due = delivery.due(now);
      if (!due || *due > until) return until;
      now = std::max(now, *due);
      const auto body = delivery.next(now);
      REQUIRE(body.has_value());
      bodies.push_back(body->text);
      const PushAnswer what = answer(body->text);
      if (what.status == 204)
        for (const std::string& each : objects_of(body->text)) got.push_back(each);
      const PushNotes more = delivery.answered(*body, what, now);
      notes.insert(notes.end(), more.begin(), more.end());
    }
  }
};

inline PushAnswer status(int code, std::string body = "") {
  return {.status = code, .body = std::move(body)};
}

inline std::vector<std::string> all_but(int count, const std::vector<int>& missing) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i)
    if (std::find(missing.begin(), missing.end(), i) == missing.end()) names.push_back(numbered(i));
  return names;
}

using Counts = std::map<std::string, std::uint64_t>;

}  // namespace boxmeter::testing
