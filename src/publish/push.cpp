#include "publish/push.h"

#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>
#include <random>
#include <thread>

#include "base/log.h"
#include "publish/delivery.h"
#include "publish/post.h"

namespace boxmeter {
namespace {

/// What the end of the program may wait for a listener: it is to end within a second of SIGTERM.
constexpr std::chrono::milliseconds kLastTry{500};

/// What the sender waits for between two requests: a word that something is due earlier than it
/// knows, or that the program ends.
class Wakeup {
 public:
  void wake() {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    changed_.notify_one();
  }
  /// The first call counts.
  void end(Clock::time_point by) {
    const std::lock_guard lock(mutex_);
    if (!end_) end_ = by;
    woken_ = true;
    changed_.notify_one();
  }
  std::optional<Clock::time_point> end() const {
    const std::lock_guard lock(mutex_);
    return end_;
  }
  /// Until somebody wakes it, or the given time.
  void wait(std::optional<Clock::time_point> until) {
    std::unique_lock lock(mutex_);
    const auto woken = [&] { return woken_; };
    if (until)
      changed_.wait_until(lock, *until, woken);
    else
      changed_.wait(lock, woken);
    woken_ = false;
  }

 private:
  mutable std::mutex mutex_;  // guards all of this class
  std::condition_variable changed_;
  bool woken_ = false;
  std::optional<Clock::time_point> end_;
};

DeliveryOptions delivery_options(const SinkOptions& sink) {
  const PushFormat& format = *sink.format;
  auto draw = [engine = std::minstd_rand(std::random_device{}())]() mutable {
    return std::uniform_real_distribution<double>(0.0, 1.0)(engine);
  };
  return {.framing = format.framing,
          .max_body = sink.max_body == 0 ? format.max_body : sink.max_body,
          .max_queue = sink.max_queue,
          .interval = sink.interval,
          .retry_first = sink.retry_first,
          .retry_most = sink.retry_most,
          .jitter = draw};
}

http::ClientOptions client_options(const SinkOptions& sink) {
  return {.timeout = sink.timeout,
          .tls = sink.tls,
          .auth = sink.username.empty() ? http::Auth::none : http::Auth::basic,
          .username = sink.username,
          .password = sink.password};
}

bool wants(const std::vector<std::string>& names, const std::string& name) {
  return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
}

Naming naming(const SinkOptions& options, const std::string& device) {
  Naming naming{.measurement = options.measurement, .integers = options.integers};
  const auto labels = options.device_labels.find(device);
  if (labels != options.device_labels.end()) naming.device_labels = labels->second;
  return naming;
}

}  // namespace

using SinkOptionsPtr = std::shared_ptr<const SinkOptions>;

struct Sink::State {
  explicit State(SinkOptions given) : name(given.name) {
    delivery.with([&](Delivery& fresh) { fresh = Delivery(delivery_options(given)); });
    configured.with([&](SinkOptionsPtr& options) {
      options = std::make_shared<const SinkOptions>(std::move(given));
    });
    sender = std::jthread([this] {
      run();
      ended.set_value();
    });
  }

  SinkOptionsPtr options() const {
    return configured.with([](const SinkOptionsPtr& options) { return options; });
  }
  void run();
  void queue(std::vector<std::string> texts, const std::string& from,
             WallClock::time_point answered);
  PushAnswer post(std::string body);
  void log(const PushNotes& notes) const;

  const std::string name;
  Guarded<SinkOptionsPtr> configured;  // never null
  http::Stop stop;
  // Of the sender alone: the client, and what it was made for.
  SinkOptionsPtr used;
  std::optional<http::Client> client;
  Guarded<Delivery> delivery;
  Wakeup wakeup;
  std::promise<void> ended;
  std::jthread sender;  // last: joins before what it uses goes away
};

Sink::Sink(SinkOptions options) : state_(std::make_unique<State>(std::move(options))) {}

Sink::~Sink() {
  finish();
  // Whoever has not ended by then waits for a listener that does not answer.
  if (state_->ended.get_future().wait_until(*state_->wakeup.end()) != std::future_status::ready)
    state_->stop.stop();
}

void Sink::finish() {
  state_->wakeup.end(Clock::now() + std::min(state_->options()->timeout, kLastTry));
}

void Sink::change(SinkOptions options) {
  auto changed = std::make_shared<const SinkOptions>(std::move(options));
  state_->configured.with([&](SinkOptionsPtr& configured) { configured = changed; });
  state_->log(state_->delivery.with(
      [&](Delivery& delivery) { return delivery.change(delivery_options(*changed)); }));
  state_->wakeup.wake();
}

SinkOptions Sink::options() const { return *state_->options(); }

void Sink::add(const SnapshotPtr& snapshot) noexcept try {
  const SinkOptionsPtr options = state_->options();
  if (!wants(options->devices, snapshot->device) || !wants(options->queries, snapshot->query))
    return;
  state_->queue(options->format->objects(*snapshot, naming(*options, snapshot->device)),
                "query '" + snapshot->query + "' of device '" + snapshot->device + "'",
                snapshot->answered);
} catch (const std::exception& error) {
  log_event(LogLevel::error, error.what(), {{"sink", state_->name}});
}

void Sink::add(const std::string& device, const Turn& turn) noexcept try {
  const SinkOptionsPtr options = state_->options();
  const auto kind = options->turns.find(device);
  if (!turn.asked || kind == options->turns.end() || options->format->turn == nullptr) return;
  TurnReport report{.device = device,
                    .kind = kind->second,
                    .ended = WallClock::now(),
                    .up = turn.is_up(),
                    .took = turn.took};
  if (!report.up && turn.failure) report.reason = boxmeter::name(turn.failure->kind);
  state_->queue({options->format->turn(report, naming(*options, device))},
                "the turn of device '" + device + "'", report.ended);
} catch (const std::exception& error) {
  log_event(LogLevel::error, error.what(), {{"sink", state_->name}});
}

/// Never waits for the listener.
void Sink::State::queue(std::vector<std::string> texts, const std::string& from,
                        WallClock::time_point answered) {
  if (texts.empty()) return;
  const auto source = std::make_shared<const std::string>(from);
  const auto now = Clock::now();
  PushNotes notes;
  const bool earlier = delivery.with([&](Delivery& filled) {
    const auto before = filled.due(now);
    for (std::string& text : texts) {
      auto more = filled.add({.text = std::move(text), .source = source, .answered = answered});
      std::move(more.begin(), more.end(), std::back_inserter(notes));
    }
    return filled.due(now) != before;
  });
  if (earlier) wakeup.wake();
  log(notes);
}

SinkStatus Sink::status() const {
  return state_->delivery.with([&](const Delivery& delivery) {
    const PushQueue& queue = delivery.queue();
    SinkStatus status{.name = state_->name,
                      .queued_objects = queue.size(),
                      .queued_bytes = queue.bytes(),
                      .sent = delivery.sent(),
                      .failures = delivery.failures(),
                      .dropped = delivery.dropped(),
                      .last_error = delivery.last_error()};
    if (!queue.empty()) status.oldest = queue.at(queue.begin()).answered;
    if (const auto last = delivery.last_success())
      status.last_success =
          WallClock::now() - std::chrono::duration_cast<WallClock::duration>(Clock::now() - *last);
    return status;
  });
}

/// The sender's thread.  Nothing but this waits for the listener.
void Sink::State::run() {
  bool ending = false;
  for (;;) {
    const auto end = wakeup.end();
    if (end && !std::exchange(ending, true))
      delivery.with([](Delivery& last) { last.ignore_waits(); });

    const auto now = Clock::now();
    if (end && now >= *end) break;
    auto body = delivery.with([&](Delivery& next) { return next.next(now); });
    if (body) {
      const PushAnswer answer = post(std::move(body->text));
      log(delivery.with(
          [&](Delivery& told) { return told.answered(*body, answer, Clock::now()); }));
      continue;
    }
    if (end) break;  // all is delivered, or the last try failed
    wakeup.wait(delivery.with([&](const Delivery& waiting) { return waiting.due(now); }));
  }
  const std::size_t left = delivery.with([](const Delivery& last) { return last.queue().size(); });
  if (left > 0)
    log_event(LogLevel::warn, "ends with " + std::to_string(left) + " objects undelivered",
              {{"sink", name}});
}

PushAnswer Sink::State::post(std::string body) {
  try {
    if (const SinkOptionsPtr wanted = options(); wanted != used) {
      used = wanted;
      client.emplace(client_options(*used), stop);
    }
    return push_answer(*used, client->send(post_request(*used, std::move(body))), WallClock::now());
  } catch (const Error& error) {
    return {.error = error.kind(), .message = error.what()};
  } catch (const std::exception& error) {
    return {.error = ErrorKind::internal, .message = error.what()};
  }
}

void Sink::State::log(const PushNotes& notes) const {
  for (const PushNote& note : notes)
    log_event(note.good ? LogLevel::info : LogLevel::warn, note.text, {{"sink", name}});
}

}  // namespace boxmeter
