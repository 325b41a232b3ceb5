#pragma once
#include <string_view>

#include "device/privacy.h"
#include "record/document.h"
#include "record/vocabulary.h"

namespace boxmeter::record {

/// Classifies the values and names in one file of a recording by how private they are.  Pure; what
/// it refers to must outlive it.
struct Classifier {
  PrivacyOf privacy;
  std::string_view file;
  const MemberUse& member_use;
  const Vocabulary& vocabulary;

  struct Classification {
    Privacy privacy = Privacy::open;  // open: harmless, it stays
    bool is_declared = false;         // the brand says so, not only our rules
  };

  Classification operator()(const Spot& spot, std::string_view value) const;

  /// Whether boxmeter wrote the file itself.
  bool is_own() const { return file.ends_with(".md"); }

 private:
  Classification classify_name(std::string_view name) const;
  bool is_read(const Spot& spot) const;
  bool is_personal_number(const Spot& spot, std::string_view text) const;
  bool is_harmless(const Spot& spot, std::string_view text) const;
  bool is_own_word(std::string_view text) const;
};

}  // namespace boxmeter::record
