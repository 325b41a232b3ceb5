#include "publish/push.h"

#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>
#include <random>
#include <thread>

#include "base/log.h"
#include "base/text.h"
#include "publish/delivery.h"
#include "publish/post.h"
#include "publish/spool.h"

namespace boxmeter {
namespace {

/// How long a shutdown may wait for a listener, since the program must end a second after SIGTERM.
constexpr std::chrono::milliseconds kLastTry{500};

/// Wakes the sender's thread between two requests: something is due earlier than it knows, or the
/// program ends.  Any thread.
class Wakeup {
 public:
  void wake() {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    changed_.notify_one();
  }
  /// Sets the deadline of the shutdown; only the first call counts.
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
  /// Blocks until wake(), end() or `until`.
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
          .max_rate = sink.spool_max == 0 ? 0 : sink.catch_up,
          .interval = sink.interval,
          .retry_first = sink.retry_first,
          .retry_most = sink.retry_most,
          .jitter = draw};
}

SpoolOptions spool_options(const SinkOptions& sink) {
  return {.folder = sink.spool_folder,
          .format = std::string(sink.format->name),
          .max = sink.spool_max,
          .max_memory = sink.max_queue};
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
    if (options()->spool_max > 0)
      spool.emplace(spool_options(*options()), [this] { wakeup.wake(); });
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
  void feed();
  void forget();
  void log_rest();
  void log_spool();
  PushAnswer post(std::string body);
  void log(const PushNotes& notes) const;

  const std::string name;
  Guarded<SinkOptionsPtr> configured;  // never null
  http::Stop stop;
  // Used by the sender's thread only: the client, and the options that it was made with.
  SinkOptionsPtr used;
  std::optional<http::Client> client;
  Guarded<Delivery> delivery;
  Wakeup wakeup;
  std::optional<Spool> spool;  // its writer's thread wakes the sender
  // Used by the sender's thread only: an object from the spool that the queue had no room for, and
  // the number of the last one that was queued.
  std::optional<PushObject> held;
  std::uint64_t fed = 0;
  std::promise<void> ended;
  std::jthread sender;  // last: joins before the members it uses go away
};

Sink::Sink(SinkOptions options) : state_(std::make_unique<State>(std::move(options))) {}

Sink::~Sink() {
  finish();
  // If the thread has not ended by then, it waits for a listener: end its request.
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
  if (state_->spool) state_->spool->limit(changed->spool_max, changed->max_queue);
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

/// Does not wait for the listener.
void Sink::State::queue(std::vector<std::string> texts, const std::string& from,
                        WallClock::time_point answered) {
  if (texts.empty()) return;
  const auto source = std::make_shared<const std::string>(from);
  if (spool) {
    std::vector<PushObject> objects;
    for (std::string& text : texts)
      objects.push_back({.text = std::move(text), .source = source, .answered = answered});
    return spool->add(std::move(objects));
  }
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
  SinkStatus whole = state_->delivery.with([&](const Delivery& delivery) {
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
  if (!state_->spool) return whole;
  const SpoolStatus spooled = state_->spool->status();
  // max, not a sum: objects in the queue are still in the spool, too, unless they never were on
  // disk.
  whole.queued_objects = std::max(whole.queued_objects, spooled.objects);
  whole.queued_bytes = std::max(whole.queued_bytes, spooled.bytes);
  if (!whole.oldest) whole.oldest = spooled.oldest;
  for (const auto& [reason, count] : spooled.dropped) whole.dropped[reason] += count;
  return whole;
}

/// The sender's thread, the only one that waits for the listener.
void Sink::State::run() {
  bool ending = false;
  for (;;) {
    const auto end = wakeup.end();
    if (end && !std::exchange(ending, true))
      delivery.with([](Delivery& last) { last.ignore_waits(); });

    const auto now = Clock::now();
    if (end && now >= *end) break;
    if (spool) feed();
    auto body = delivery.with([&](Delivery& next) { return next.next(now); });
    if (body) {
      const PushAnswer answer = post(std::move(body->text));
      const PushNotes notes =
          delivery.with([&](Delivery& told) { return told.answered(*body, answer, Clock::now()); });
      if (!stop.stopped()) log(notes);  // log_rest() tells what is left by a request that was ended
      if (spool) forget();
      continue;
    }
    if (end) break;  // everything is delivered, or the last try failed
    wakeup.wait(delivery.with([&](const Delivery& waiting) { return waiting.due(now); }));
  }
  log_rest();
}

void Sink::State::log_rest() {
  std::size_t left = delivery.with([](const Delivery& last) { return last.queue().size(); });
  if (spool) {
    forget();
    left = spool->close();
    if (const std::size_t kept = spool->status().objects - left; kept > 0)
      log_event(LogLevel::info, "ends with " + counted(kept, "object", "objects") + " in the spool",
                {{"sink", name}});
    log_spool();
  }
  if (left > 0)
    log_event(LogLevel::warn, "ends with " + counted(left, "object", "objects") + " undelivered",
              {{"sink", name}});
}

/// Moves objects from the spool to the queue while that has room.
void Sink::State::feed() {
  PushNotes notes;
  const bool is_accepting = !delivery.with([](const Delivery& last) { return last.waiting(); });
  for (;;) {
    if (!held) held = spool->read(is_accepting);
    if (!held) break;
    const bool is_queued = delivery.with([&](Delivery& next) {
      if (!next.queue().has_room(*held)) return false;
      if (held->number > 0) fed = held->number;
      auto more = next.add(*std::move(held));
      std::move(more.begin(), more.end(), std::back_inserter(notes));
      return true;
    });
    if (!is_queued) break;
    held.reset();
  }
  forget();
  log(notes);
  log_spool();
}

/// Tells the spool that all objects before the first one in the queue were delivered or dropped.
void Sink::State::forget() {
  spool->forget(delivery.with([&](const Delivery& last) {
    const PushQueue& queue = last.queue();
    for (auto number = queue.begin(); number < queue.end(); ++number)
      if (const std::uint64_t first = queue.at(number).number; first > 0) return first - 1;
    return fed;
  }));
}

void Sink::State::log_spool() {
  for (const SpoolNote& note : spool->take_notes())
    log_event(note.good ? LogLevel::info : LogLevel::warn, note.text, {{"sink", name}});
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
