#pragma once
#include <memory>

namespace boxmeter {

/// While it lives nothing that comes from outside can command the terminal: control characters and
/// bidirectional marks that reach stderr, and stdout where a person reads it, are written out as
/// printable() does, but for line breaks and tabs.  What a program reads from stdout stays as it
/// is.  One at a time.
class EscapedOutput {
 public:
  EscapedOutput();
  ~EscapedOutput();
  EscapedOutput(const EscapedOutput&) = delete;
  EscapedOutput& operator=(const EscapedOutput&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace boxmeter
