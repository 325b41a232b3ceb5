#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/guarded.h"
#include "metric/model.h"

namespace boxmeter {

/// Dense number of a family in one store, in the order of first sight.
using FamilyId = std::uint32_t;

/// The numbers of the families of one store.  Any thread.  Throws nothing of ours.
class FamilyNumbers {
 public:
  /// Of the family with this name: a second one of the same name is taken for the first.
  FamilyId of(const FamilyPtr& family);
  /// The family of that name is this one from now on, if it has been numbered.
  void renew(const FamilyPtr& family);
  /// All so far, indexed by number; what is returned never changes.
  std::shared_ptr<const std::vector<FamilyPtr>> all() const;

 private:
  struct Numbered {
    std::shared_ptr<const std::vector<FamilyPtr>> families =  // replaced, never changed
        std::make_shared<const std::vector<FamilyPtr>>();
    std::map<std::string, FamilyId> ids = {};
  };
  Guarded<Numbered> numbered_;
};

/// The sample lines of one query on one device (or of our own health of it), rendered once per
/// poll: both formats share them.  Frozen once made, shared as const.
struct Fragment {
  /// The consecutive lines of one family.
  struct Slice {
    FamilyId family = 0;
    std::uint32_t offset = 0;  // bytes, in `text`
    std::uint32_t length = 0;
  };
  /// A line whose series another query of the device may give as well.
  struct Contested {
    std::uint64_t series = 0;  // hash of the family's name and the labels that tell its points
                               // apart, whatever their order
    std::uint32_t offset = 0;  // bytes, in `text`
    std::uint32_t length = 0;
  };
  std::string text = {};
  std::vector<Slice> slices = {};
  std::vector<Contested> contested = {};  // in the order of the text
};
using FragmentPtr = std::shared_ptr<const Fragment>;

/// The families of a device whose lines have to be told apart: those that more than one of its
/// queries may give.  To know a line costs 16 bytes, a fifth of what it costs to keep.
struct ContestedFamilies {
  bool all = false;  // nobody said what the queries give
  std::set<std::string, std::less<>> names = {};
  bool contains(std::string_view name) const { return all || names.contains(name); }
  friend bool operator==(const ContestedFamilies&, const ContestedFamilies&) = default;
};

/// Renders what a query gave.  `device_labels` begin every label set, as append_labels() wrote
/// them.  Any thread; throws nothing of ours.
FragmentPtr render_fragment(const std::vector<Series>& all, std::string_view device_labels,
                            const ContestedFamilies& contested, FamilyNumbers& numbers);

using SeriesHashes = std::unordered_set<std::uint64_t>;

/// How many of the fragment's lines are in `taken`.  Pure.
std::size_t count_taken(const Fragment& fragment, const SeriesHashes& taken);

/// The fragment without those lines; itself when it has none of them.  Pure.
FragmentPtr without_taken(const FragmentPtr& fragment, const SeriesHashes& taken);

/// Of all families together.
std::size_t count_points(const std::vector<Series>& all);

}  // namespace boxmeter
