#pragma once
#include <string>
#include <utility>

#include "base/error.h"

namespace boxmeter {

/// A refusal for which the device has a code: "713", "insufficient_rights".  Caught as an Error by
/// whoever has no use for the code.
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
