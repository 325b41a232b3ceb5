#include <doctest/doctest.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp is POSIX

#include <filesystem>
#include <memory>
#include <optional>

#include "publish/spool_disk.h"
#include "virtual_listener.h"

namespace boxmeter::spool_day_test {

using namespace testing;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

constexpr int kBoxes = 100;
constexpr auto kInterval = 60s;
constexpr std::size_t kRate = 5'000;  // bytes a second

/// The spool's files and the delivery of one sink, in virtual time, put together as a Sink does it.
struct VirtualSink {
  explicit VirtualSink(const fs::path& folder)
      : disk({.folder = folder, .format = "json"}, Clock::time_point{}),
        delivery({.max_body = kRate, .max_queue = 1U << 20, .max_rate = kRate, .interval = 10s}) {}

  void feed() {
    while (!delivery.waiting() || delivery.queue().empty()) {
      if (!held) held = disk.read();
      if (!held || !delivery.queue().has_room(*held)) break;
      fed = held->number;
      CHECK(delivery.add(*std::move(held)).empty());
      held.reset();
    }
  }

  void forget() {
    const PushQueue& queue = delivery.queue();
    disk.forget(queue.empty() ? fed : queue.at(queue.begin()).number - 1);
  }

  SpoolDisk disk;
  Delivery delivery;
  std::optional<PushObject> held = {};
  std::uint64_t fed = 0;
};

std::size_t bytes_of(const std::vector<std::string>& bodies) {
  std::size_t bytes = 0;
  for (const std::string& body : bodies) bytes += body.size();
  return bytes;
}

struct Folder {
  Folder() { REQUIRE(::mkdtemp(path.data()) != nullptr); }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string path = fs::temp_directory_path() / "boxmeter-spool-day-XXXXXX";
};

}  // namespace

TEST_CASE(
    "what 100 boxes say while a listener is away for a day, with a restart at noon, comes in "
    "order, "
    "once, and no faster than the limit") {
  const Folder folder;
  auto sink = std::make_unique<VirtualSink>(folder.path);
  bool is_there = false;
  Listener listener{.answer = [&](const std::string&) { return status(is_there ? 204 : 503); }};
  int said = 0;
  const auto say = [&](Clock::time_point now) {
    std::deque<PushObject> all;
    for (int i = 0; i < kBoxes; ++i) all.push_back(object(numbered(said++)));
    REQUIRE(sink->disk.write(all, now) == all.size());
    sink->disk.tidy(now, false);
  };

  Clock::time_point now = kStart;
  for (; now < kStart + 24h; now += kInterval) {
    if (now == kStart + 12h) {
      sink.reset();  // ends, without having delivered anything
      sink = std::make_unique<VirtualSink>(folder.path);
    }
    say(now);
    sink->feed();
    listener.run(sink->delivery, now, now + kInterval);
    sink->forget();
  }
  CHECK(said == 144'000);
  CHECK(listener.got.empty());
  CHECK(sink->disk.objects() == 144'000);

  is_there = true;
  const auto back = now;
  while (sink->disk.objects() > 0) {
    if ((now - back) % kInterval == 0s) say(now);
    listener.bodies.clear();
    sink->feed();
    listener.run(sink->delivery, now, now + 999ms);
    CHECK(bytes_of(listener.bodies) <= 2 * kRate);  // one of the second before may have been late
    sink->forget();
    now += 1s;
  }
  CHECK(now - back > 144'000 * 7 / kRate * 1s);
  CHECK(now - back < 6min);
  CHECK(listener.got == all_but(said, {}));
  CHECK(sink->disk.dropped().empty());
  CHECK(sink->delivery.dropped().empty());
}

}  // namespace boxmeter::spool_day_test
