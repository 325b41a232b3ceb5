#pragma once
#include <memory>

namespace boxmeter {

/// Protects the terminal from text of devices: while it lives, control characters (except line
/// breaks and tabs) and bidirectional marks in std::cerr, and in std::cout if that is a terminal,
/// are escaped as printable() does.  A pipe or file gets std::cout unchanged.  Only one may exist
/// at a time.
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
