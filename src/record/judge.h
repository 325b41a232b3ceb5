#pragma once
#include <string_view>

#include "device/privacy.h"
#include "record/document.h"
#include "record/vocabulary.h"

namespace boxmeter::record {

/// What the values and names of one file of a recording tell.  Pure; what it refers to outlives it.
struct Judge {
  PrivacyOf privacy;
  std::string_view file;
  const Reading& reading;
  const Vocabulary& vocabulary;

  struct Verdict {
    Privacy privacy = Privacy::open;  // open: harmless, it stays
    bool is_told = false;             // by the brand
  };

  Verdict operator()(const Spot& spot, std::string_view value) const;

  /// A text that boxmeter wrote itself.
  bool is_own() const { return file.ends_with(".md"); }

 private:
  Verdict of_name(std::string_view name) const;
  bool is_read(const Spot& spot) const;
  bool is_number_of_somebody(const Spot& spot, std::string_view text) const;
  bool is_harmless(const Spot& spot, std::string_view text) const;
  bool is_own_word(std::string_view text) const;
};

}  // namespace boxmeter::record
