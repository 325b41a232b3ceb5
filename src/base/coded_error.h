#pragma once
#include <string>
#include <utility>

#include "base/error.h"

namespace boxmeter {

/// A refusal with the code that the device gave for it: "713", "insufficient_rights".  Callers that
/// do not need the code catch it as an Error.
class CodedError : public Error {
 public:
  CodedError(std::string message, Refusal refusal, std::string code,
             ErrorKind kind = ErrorKind::refused)
      : Error(kind, std::move(message), refusal), code_(std::move(code)) {}

  const std::string& code() const noexcept { return code_; }

 private:
  std::string code_;
};

}  // namespace boxmeter
