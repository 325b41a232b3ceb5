#pragma once
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/text.h"

namespace boxmeter::sim {

inline constexpr std::string_view kJsonType = "application/json; charset=utf-8";

/// JSON of a recording or of a client; discarded (is_discarded()) for what is no JSON, or nested
/// deeper than any answer of a box: a copy of it would overflow the stack.  Pure, any thread.
inline nlohmann::ordered_json parsed_json(std::string_view text) {
  constexpr std::size_t kDeepest = 512;
  using Json = nlohmann::ordered_json;
  if (json_depth(text) > kDeepest) return Json(Json::value_t::discarded);
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

}  // namespace boxmeter::sim
