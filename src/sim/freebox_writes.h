#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace boxmeter::sim {

/// The outcome of a request that writes: an error code, or the new value of the object or list, and
/// the result in the answer.
struct Written {
  std::string error = {};
  nlohmann::ordered_json value = {};
  nlohmann::ordered_json answer = {};  // null: a success without a result
};

/// PUT: the members of `body` replace those of `current`.  A member that the object does not have,
/// or of another type, gives `inval`; objects of the Connection API have other errors too.  Pure.
Written put(std::string_view path, const nlohmann::ordered_json& current, std::string_view body);

/// POST to a list: adds an element, with the next free id.  Pure.
Written post(const nlohmann::ordered_json& current, std::string_view body);

/// DELETE: removes the element of a list that has this id, login or token.  Pure.
Written remove(const nlohmann::ordered_json& current, std::string_view id);

}  // namespace boxmeter::sim
