#pragma once
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace boxmeter {

/// Why something failed.  Also the value of the label `reason`, so the set stays small.
enum class ErrorKind {
  timeout,    // the total deadline of a request passed
  network,    // name lookup, connect, reset, closed in the middle
  tls,        // certificate, pinned key, handshake
  auth,       // the credentials were not accepted
  too_large,  // more bytes, nesting or values than we accept
  protocol,   // what arrived is not what the protocol says
  refused,    // a well-formed "no" of the device to this request
  mapping,    // a rule does not fit the reply
  config,     // what the user wrote cannot be used
  internal,   // a bug of ours
};

/// "timeout", ...: the value of the label.
std::string_view name(ErrorKind kind) noexcept;

/// What an Error{refused} says about the request on this box; see `support` in docs/words.md.
enum class Refusal {
  none,         // it failed; ask again as usual
  idle,         // the box has it, but it does not run (xDSL of a Freebox on fibre): no failure
  unsupported,  // this box or firmware does not have it
  denied,       // this user may not have it
};

/// The one exception type that leaves a module.  Its message is lower case, has no full stop,
/// quotes the offending value and, where possible, says what to do.
class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string message, Refusal refusal = Refusal::none)
      : kind_(kind), refusal_(refusal), message_(std::move(message)) {}

  ErrorKind kind() const noexcept { return kind_; }
  Refusal refusal() const noexcept { return refusal_; }
  const char* what() const noexcept override { return message_.c_str(); }

  /// Puts "WHERE: " before the message.
  void prepend(std::string_view where) { message_.insert(0, std::string(where) + ": "); }

 private:
  ErrorKind kind_;
  Refusal refusal_;
  std::string message_;
};

/// Runs `step`; an Error that leaves it gets "WHERE: " before its message.
template <typename Step>
auto within(std::string_view where, Step&& step) {
  try {
    return std::forward<Step>(step)();
  } catch (Error& error) {
    error.prepend(where);
    throw;
  }
}

}  // namespace boxmeter
