#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "publish/exposition.h"
#include "publish/gzip.h"
#include "publish/heading.h"
#include "publish/store.h"

namespace boxmeter {

/// The families of the devices, merged and sorted by name, as sections of a page.  From one view to
/// the next only those sections are rendered (and compressed) again in which a family changed: with
/// 100,000 series and a poll between two scrapes that is a tenth of the page.  One thread at a
/// time. Never throws Error.
class DeviceFamilies {
 public:
  struct Section {
    std::vector<FamilyId> families = {};
    std::shared_ptr<const std::string> text = {};  // null after pack()
    std::shared_ptr<const Deflated> packed = {};   // null before
  };

  /// A section ends after the family with which it reaches `section_bytes`.  Small sections would
  /// compress badly and cost a memory block each.
  explicit DeviceFamilies(Exposition format, std::size_t section_bytes = std::size_t{64} << 10)
      : format_(format), section_bytes_(section_bytes) {}

  /// Makes sections() show `view`.  All views must come from one store, in the order of time.
  void follow(const View& view);
  /// Compresses the sections that are not compressed yet and drops their text: Prometheus asks for
  /// compressed pages, and the text is the largest part of what is kept of a device.
  void pack();
  bool has_texts() const;
  /// Renders the texts that pack() has dropped.  `view` is that of the last follow().
  void restore_texts(const View& view);
  const std::vector<Section>& sections() const { return sections_; }

 private:
  class Lines;
  std::vector<bool> changed_families(const View& view);
  void arrange(const View& view, const Lines& lines);
  void make(Section& section, const View& view, const Lines& lines) const;

  const Exposition format_;
  const std::size_t section_bytes_;
  std::vector<Section> sections_ = {};
  // Of the last view:
  std::vector<std::uint64_t> serials_ = {};  // of its fragments
  std::vector<std::size_t> slices_ = {};     // their number, per family
  std::shared_ptr<const std::vector<FamilyPtr>> families_ = {};
  std::vector<Shape> shapes_ = {};  // per family; only of families that have lines
};

}  // namespace boxmeter
