#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "device/fritzbox/tr064/soap.h"

// Reads SCPDs, the descriptions of services with their actions (UPnP Device Architecture 1.0,
// section 2.3), and types values by them.  Pure, any thread.
namespace boxmeter::fritzbox {

/// The type of a JSON value for a UPnP data type.
enum class ValueType { text, integer, boolean, date_time, uuid };

/// The declared type of arguments.  Boxes do not keep to it: they send "ui4" above 2^32 and below
/// 0, and words that are not in the list.  So a violation is a reason to warn, never to refuse a
/// value.
struct StateVariable {
  struct Range {
    std::string minimum = {}, maximum = {}, step = {};  // as declared; empty: not declared
    friend bool operator==(const Range&, const Range&) = default;
  };

  std::string name = {};
  std::string data_type = {};  // as declared: "ui4"
  std::string default_value = {};
  std::vector<std::string> allowed_values = {};  // "" may be one of them
  std::optional<Range> range = {};
  friend bool operator==(const StateVariable&, const StateVariable&) = default;

  ValueType type() const;
};

struct Argument {
  enum class Direction : std::uint8_t { in, out };
  static constexpr std::uint16_t kUndeclared = UINT16_MAX;

  std::string name = {};
  Direction direction = Direction::out;
  std::uint16_t variable = kUndeclared;  // index in Scpd::variables
  friend bool operator==(const Argument&, const Argument&) = default;
};

struct Action {
  std::string name = {};
  std::vector<Argument> arguments = {};  // in the order that requests must have, the document's
  friend bool operator==(const Action&, const Action&) = default;

  /// Null if there is none of that name and direction.
  const Argument* find(std::string_view argument, Argument::Direction direction) const;
};

struct Scpd {
  std::vector<Action> actions = {};  // in the order of the document
  std::vector<StateVariable> variables = {};
  friend bool operator==(const Scpd&, const Scpd&) = default;

  /// Null if there is none.
  const Action* find(std::string_view action) const;
  /// Null if the document does not declare it.
  const StateVariable* variable_of(const Argument& argument) const;
};

/// Throws Error{protocol}, Error{too_large}.
Scpd parse_scpd(std::string_view body);

/// A text as a value of its declared type: a boolean, an integer, a uuid ("uuid:123" becomes
/// "123"); the text itself if it does not fit, or is a date and time (local, without a zone).
Reply typed(const std::string& text, ValueType type);

/// Gives every argument of the answer its declared type.
void give_types(SoapAnswer& answer, const Scpd& scpd, const Action& action);

}  // namespace boxmeter::fritzbox
