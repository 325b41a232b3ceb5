#pragma once
#include <string>

#include "base/error.h"

namespace boxmeter::testing {

/// "kind: message" of the Error that the step ends with, else "no error".
template <typename Step>
std::string error_of(Step&& step) {
  try {
    step();
  } catch (const Error& error) {
    return std::string(name(error.kind())) + ": " + error.what();
  }
  return "no error";
}

}  // namespace boxmeter::testing
