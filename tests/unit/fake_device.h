#pragma once
#include <functional>
#include <utility>

#include "device/device.h"

namespace boxmeter {

/// A device that answers from a function and remembers what it was asked.
class FakeDevice final : public Device {
 public:
  using Answer = std::function<Reply(const Request&)>;
  explicit FakeDevice(Answer answer) : answer_(std::move(answer)) {}

  Reply call(const Request& request) override {
    asked.push_back(describe(request));
    try {
      Reply reply = answer_(request);
      answers_ += counts ? 1 : 0;
      return reply;
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::refused) ++answers_;
      throw;
    }
  }
  std::uint64_t answers() const override { return answers_; }
  Epoch epoch() const override { return now; }
  Incarnation incarnation() const override { return running; }
  std::uint64_t logins() const override { return 1; }

  std::vector<std::string> asked;
  bool counts = true;  // its answers are such as only a box of its kind gives
  Epoch now;
  Incarnation running;

 private:
  Answer answer_;
  std::uint64_t answers_ = 0;
};

}  // namespace boxmeter
