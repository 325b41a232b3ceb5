#include "publish/delivery.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/text.h"
#include "publish/answer_text.h"

namespace boxmeter {
namespace {

using std::chrono::milliseconds;

/// What to do after an answer.
enum class Reaction {
  delivered,  // remove the objects from the queue
  again,      // try the same body again after a wait
  smaller,    // send smaller bodies
  blame,      // find the object that is refused, and drop it
  settings,   // a person must change something: keep everything, try again slowly
};

struct Meaning {
  int from, to;
  Reaction reaction;
  std::string_view reason;  // of boxmeter_push_failures_total
  std::string_view way_out;
};

// Telegraf answers 410 while it shuts down; 425 and 429 ask to try later.  A status that is not
// listed counts as a matter of settings, because then nothing is lost.
constexpr Meaning kMeanings[] = {
    {200, 299, Reaction::delivered, "", ""},
    {300, 399, Reaction::settings, "config", "redirects are not followed, give the final url"},
    {400, 400, Reaction::blame, "refused", ""},
    {401, 401, Reaction::settings, "auth", "check username and password, or the bearer token"},
    {403, 403, Reaction::settings, "auth", "check username and password, or the bearer token"},
    {404, 404, Reaction::settings, "config",
     "check the path of the url (Telegraf's setting is `paths`)"},
    {405, 405, Reaction::settings, "config", "check that the listener takes POST (`methods`)"},
    {408, 408, Reaction::again, "refused", ""},
    {410, 410, Reaction::again, "refused", ""},
    {413, 413, Reaction::smaller, "too_large", ""},
    {422, 422, Reaction::blame, "refused", ""},
    {425, 425, Reaction::again, "refused", ""},
    {429, 429, Reaction::again, "refused", ""},
    {500, 599, Reaction::again, "refused", ""},
};
constexpr Meaning kOther{0, 0, Reaction::settings, "config",
                         "check the url and what listens there"};

const Meaning& meaning(int status) {
  for (const Meaning& row : kMeanings)
    if (row.from <= status && status <= row.to) return row;
  return kOther;
}

std::string describe(const PushAnswer& answer) {
  if (answer.status == 0) return answer.message;
  const std::string line = first_line(answer.body);
  return "HTTP " + std::to_string(answer.status) + (line.empty() ? "" : " '" + line + "'");
}

}  // namespace

Delivery::Delivery(DeliveryOptions options)
    : options_(std::move(options)), queue_(options_.max_queue), body_limit_(most_body()) {}

std::size_t Delivery::most_body() const {
  return options_.max_body == 0 ? std::numeric_limits<std::size_t>::max() : options_.max_body;
}

PushNotes Delivery::add(PushObject object) {
  PushNotes notes;
  const Framing& framing = options_.framing;
  const std::size_t alone = framing.before.size() + object.text.size() + framing.after.size();
  if (options_.max_body != 0 && alone > options_.max_body) {
    drop_too_large(object,
                   "more than max_body (" + std::to_string(options_.max_body) +
                       "): dropped; raise max_body here, and max_body_size in Telegraf",
                   notes);
    return notes;
  }
  if (!queue_.could_hold(object)) {
    drop_too_large(object, "more than the queue holds: dropped; raise max_queue", notes);
    return notes;
  }
  if (const std::size_t full = queue_.push(std::move(object)); full > 0) {
    dropped_["queue_full"] += full;
    note_once("queue_full",
              "the queue is full (" + std::to_string(queue_.max_bytes()) +
                  " bytes): the oldest objects are dropped and counted until the listener takes "
                  "them again",
              notes);
  }
  return notes;
}

std::optional<Clock::time_point> Delivery::due(Clock::time_point now) const {
  if (queue_.empty()) return std::nullopt;
  if (retry_at_) return *retry_at_;
  const bool flushing = queue_.begin() < flush_end_;
  const bool filling = queue_.bytes() > queue_.max_bytes() / 2;
  return std::max(flushing || filling ? now : flush_at_, not_before_);
}

std::optional<PushBody> Delivery::next(Clock::time_point now) {
  const auto time = due(now);
  if (!time || *time > now) return std::nullopt;
  if (queue_.begin() >= flush_end_) {
    flush_end_ = queue_.end();
    flush_at_ = now + options_.interval;
  }
  PushBody body{.first = queue_.begin(), .end = batch_end()};
  std::vector<std::string_view> objects;
  for (auto number = body.first; number < body.end; ++number)
    objects.push_back(queue_.at(number).text);
  body.text = framed(options_.framing, objects);
  body.size = body.text.size();
  return body;
}

/// As many of the oldest objects as fit into one body; while blame() looks for a refused one, half
/// of those that may be it.
std::uint64_t Delivery::batch_end() const {
  std::uint64_t end = queue_.begin() + 1;
  const Framing& framing = options_.framing;
  if (!framing.batches) return end;
  std::uint64_t limit = queue_.end();
  if (suspect_end_ > queue_.begin())
    limit = queue_.begin() + std::max<std::uint64_t>(1, (suspect_end_ - queue_.begin()) / 2);
  std::size_t size =
      framing.before.size() + queue_.at(queue_.begin()).text.size() + framing.after.size();
  for (; end < limit; ++end) {
    const std::size_t more = framing.between.size() + queue_.at(end).text.size();
    if (size + more > body_limit_) break;
    size += more;
  }
  return end;
}

PushNotes Delivery::answered(const PushBody& body, const PushAnswer& answer,
                             Clock::time_point now) {
  PushNotes notes;
  retry_at_.reset();
  const Meaning& meant = meaning(answer.status);
  if (answer.status != 0 && meant.reaction == Reaction::delivered) {
    last_success_ = now;
    deliver(body, now, notes);
    return notes;
  }
  last_error_ = describe(answer);
  if (answer.status == 0) {
    ++failures_[std::string(name(answer.error))];
    // Refused credentials are tried again slowly, like a 401.
    const bool settings = answer.error == ErrorKind::auth || answer.error == ErrorKind::config;
    wait(settings ? Trouble::settings : Trouble::listener, answer, now, notes);
    return notes;
  }
  ++failures_[std::string(meant.reason)];
  switch (meant.reaction) {
    case Reaction::smaller:
      shrink(body, notes);
      break;
    case Reaction::blame:
      blame(body, answer, now, notes);
      break;
    default:
      wait(meant.reaction == Reaction::again ? Trouble::listener : Trouble::settings, answer, now,
           notes);
  }
  return notes;
}

void Delivery::deliver(const PushBody& body, Clock::time_point now, PushNotes& notes) {
  if (options_.max_rate > 0) not_before_ = now + milliseconds(1000 * body.size / options_.max_rate);
  const std::size_t queued = queue_.size();
  sent_ += queue_.remove_below(body.end);
  attempts_ = refused_in_a_row_ = 0;
  rise();
  told_.erase("queue_full");
  const Trouble was = std::exchange(trouble_, Trouble::none);
  last_error_.clear();
  if (was == Trouble::none) return;
  flush_end_ = queue_.end();
  notes.push_back({true, "delivering again, " + counted(queued, "object", "objects") + " queued"});
}

/// Telegraf refuses a whole body because of one object that it cannot parse.  That one is found by
/// bisection; the objects before it are delivered meanwhile, in order.
void Delivery::blame(const PushBody& body, const PushAnswer& answer, Clock::time_point now,
                     PushNotes& notes) {
  suspect_end_ = body.end;
  if (body.end - body.first > 1 || queue_.begin() >= body.end) return;
  suspect_end_ = 0;
  const std::string source = queue_.at(body.first).source ? *queue_.at(body.first).source : "";
  queue_.remove_below(body.end);
  ++dropped_["rejected"];
  note_once("rejected " + source,
            source + ": the listener refuses it, " + describe(answer) +
                ": dropped (said once; see boxmeter_push_dropped_total)",
            notes);
  if (++refused_in_a_row_ >= options_.patience) wait(Trouble::content, answer, now, notes);
}

/// Doubles the size of batches after a while without a 413.
void Delivery::rise() {
  if (body_limit_ >= most_body() || ++delivered_in_a_row_ < next_rise_) return;
  delivered_in_a_row_ = 0;
  body_limit_ = body_limit_ > most_body() / 2 ? most_body() : 2 * body_limit_;
  risen_ = true;
}

void Delivery::shrink(const PushBody& body, PushNotes& notes) {
  delivered_in_a_row_ = 0;
  if (std::exchange(risen_, false)) next_rise_ = std::min(2 * next_rise_, kLastRise);
  if (body.end - body.first > 1) {
    body_limit_ = body.size / 2;
    note_once("413",
              "the listener takes no body of " + std::to_string(body.size) +
                  " bytes (HTTP 413): sending smaller ones, and larger ones again after a while; "
                  "max_body spares the tries",
              notes);
    return;
  }
  if (queue_.begin() >= body.end) return;
  const PushObject& object = queue_.at(body.first);
  drop_too_large(object,
                 "more than the listener takes (HTTP 413): dropped; raise max_body_size in "
                 "Telegraf, and max_body here if it is set",
                 notes);
  queue_.remove_below(body.end);
}

void Delivery::drop_too_large(const PushObject& object, std::string_view why, PushNotes& notes) {
  ++dropped_["too_large"];
  note_once("too_large",
            (object.source ? *object.source : "an object") + " has " +
                std::to_string(object.text.size()) + " bytes, " + std::string(why) +
                " (said once; see boxmeter_push_dropped_total)",
            notes);
}

void Delivery::note_once(const std::string& key, std::string text, PushNotes& notes) {
  if (told_.insert(key).second) notes.push_back({false, std::move(text)});
}

void Delivery::wait(Trouble trouble, const PushAnswer& answer, Clock::time_point now,
                    PushNotes& notes) {
  ++attempts_;
  milliseconds delay = trouble == Trouble::settings ? options_.retry_most : backoff();
  if (answer.retry_after)
    delay = std::max(delay, std::min(*answer.retry_after, options_.retry_after_most));
  retry_at_ = now + delay;
  if (std::exchange(trouble_, trouble) == trouble) return;

  std::string text = describe(answer);
  if (trouble == Trouble::listener)
    text += ": keeping " + counted(queue_.size(), "object", "objects") + ", trying again";
  if (trouble == Trouble::settings)
    text += ": " +
            std::string(answer.status == 0 ? "check the settings of this sink"
                                           : meaning(answer.status).way_out) +
            "; keeping what is queued, trying again every " +
            std::to_string(options_.retry_most.count() / 1000) + " s";
  if (trouble == Trouble::content)
    text = "the listener refuses everything, " + text +
           ": trying more slowly; is its data_format made for this sink's format?";
  notes.push_back({false, std::move(text)});
}

/// Exponential with full jitter, so that many senders do not try again at the same moment.
milliseconds Delivery::backoff() {
  const double first = static_cast<double>(options_.retry_first.count());
  const double most = static_cast<double>(options_.retry_most.count());
  const double cap =
      std::min(most, std::ldexp(first, static_cast<int>(std::min(attempts_, 40U)) - 1));
  return milliseconds(static_cast<milliseconds::rep>(cap * options_.jitter()));
}

PushNotes Delivery::change(DeliveryOptions options) {
  PushNotes notes;
  options_ = std::move(options);
  body_limit_ = most_body();
  if (const std::size_t full = queue_.limit(options_.max_queue); full > 0) {
    dropped_["queue_full"] += full;
    note_once("queue_full",
              "max_queue is smaller now: " + counted(full, "object", "objects") + " dropped",
              notes);
  }
  ignore_waits();
  return notes;
}

void Delivery::ignore_waits() {
  flush_at_ = not_before_ = Clock::time_point::min();
  retry_at_.reset();
}

}  // namespace boxmeter
