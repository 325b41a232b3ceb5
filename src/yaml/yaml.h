#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/mistakes.h"

namespace boxmeter {

/// One value of a YAML file.  Scalars keep the text of the file: 2400 and 2.4GHz are both text.
struct YamlNode {
  enum class Kind { null, scalar, list, map };
  Kind kind = Kind::null;
  Mark mark = {};
  std::string text = {};             // of a scalar
  bool quoted = false;               // "else" and else differ
  std::vector<YamlNode> keys = {};   // of a map, scalars all; beside `items`
  std::vector<YamlNode> items = {};  // of a list or a map
};

/// A parsed file and what messages call it.
struct Document {
  std::string name = {};
  YamlNode root = {};
};

/// Parses one YAML document, and bounds what it may cost: nothing but UTF-8 text, no anchors,
/// aliases or tags, no second document, at most 32 levels and 100,000 values.  No mapping has a key
/// twice.  An empty file is a null.  Throws Error{config} with the place.  Pure.
Document parse_yaml(std::string_view text, std::string name);

}  // namespace boxmeter
