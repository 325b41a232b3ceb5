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
  std::string text = {};              // of a scalar
  bool quoted = false;                // "else" and else differ
  bool several_lines = false;         // the scalar does not end in the line that it begins in
  bool cut_by_comment = false;        // "pa #ss": what follows looks like more of the scalar
  const std::string* file = nullptr;  // null: of the document that it is read with
  std::vector<YamlNode> keys = {};    // of a map, scalars all; beside `items`
  std::vector<YamlNode> items = {};   // of a list or a map
};

/// A parsed file and what messages call it.
struct Document {
  std::string name = {};
  YamlNode root = {};
};

/// Parses one YAML document, and bounds what it may cost: nothing but UTF-8 text, no anchors,
/// aliases or tags, no second document, at most 32 levels and `most_values`.  An empty file is a
/// null.  Throws a Mistake, which quotes nothing of the file: any of it may be a secret.  Pure.
Document parse_yaml(std::string_view text, std::string name, std::size_t most_values = 100'000);

}  // namespace boxmeter
