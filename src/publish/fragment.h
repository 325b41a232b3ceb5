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

/// The number of a family in one store: 0, 1, 2, ... in the order in which they first came.
using FamilyId = std::uint32_t;

/// The numbers of the families of one store.  Any thread.  Never throws Error.
class FamilyNumbers {
 public:
  /// The number of the family with this name, whose type and help are those given first.
  FamilyId of(const FamilyPtr& family);
  /// Replaces type and help of the family with this name, if it has a number: a reload changed
  /// them.
  void renew(const FamilyPtr& family);
  /// All families so far, indexed by number; the returned vector never changes.
  std::shared_ptr<const std::vector<FamilyPtr>> all() const;

 private:
  struct Numbered {
    std::shared_ptr<const std::vector<FamilyPtr>> families =  // replaced, never changed
        std::make_shared<const std::vector<FamilyPtr>>();
    std::map<std::string, FamilyId> ids = {};
  };
  Guarded<Numbered> numbered_;
};

/// What append_labels() wrote: device="x",site="y".
using SharedLabels = std::shared_ptr<const std::string>;

/// The sample lines of one query on one device (or of the health series of a device), rendered once
/// per poll; both exposition formats have the same lines.  Immutable, shared between threads.  Only
/// the tails of the lines are kept: what comes before, two thirds of a line, is the name of the
/// family and `labels` (append_lines() puts them together).
struct Fragment {
  /// The consecutive lines of one family.
  struct Slice {
    FamilyId family = 0;
    std::uint32_t offset = 0;  // bytes, in `text`
    std::uint32_t length = 0;
  };
  /// A line whose series another query of the device may give too, so that only one may be shown.
  struct Contested {
    std::uint64_t series =
        0;  // hash of the family's name and the labels that tell its series apart
    std::uint32_t offset = 0;  // bytes, in `text`
    std::uint32_t length = 0;
  };
  SharedLabels labels = {};  // of the device: every label set begins with them; never null
  std::string text = {};     // what append_tail() wrote
  std::vector<Slice> slices = {};
  std::vector<Contested> contested = {};  // in the order of the text
  std::uint64_t serial = next_serial();   // no other fragment has it

  /// Any thread.
  static std::uint64_t next_serial();
};
using FragmentPtr = std::shared_ptr<const Fragment>;

/// The families of a device that more than one of its queries may give: only their lines are
/// checked for duplicates, which takes 16 bytes of memory per line (a line itself takes about 80).
struct ContestedFamilies {
  bool all = false;  // it is not known which families the queries give
  std::set<std::string, std::less<>> names = {};
  bool contains(std::string_view name) const { return all || names.contains(name); }
  friend bool operator==(const ContestedFamilies&, const ContestedFamilies&) = default;
};

/// Renders the series of a query.  Any thread; never throws Error.
FragmentPtr render_fragment(const std::vector<Series>& all, const SharedLabels& device_labels,
                            const ContestedFamilies& contested, FamilyNumbers& numbers);

using SeriesHashes = std::unordered_set<std::uint64_t>;

/// How many lines of the fragment are of a series in `taken`.  Pure.
std::size_t count_taken(const Fragment& fragment, const SeriesHashes& taken);

/// The fragment without those lines; the same fragment if there are none.  Pure.
FragmentPtr without_taken(const FragmentPtr& fragment, const SeriesHashes& taken);

/// The number of points of all families together.
std::size_t count_points(const std::vector<Series>& all);

}  // namespace boxmeter
