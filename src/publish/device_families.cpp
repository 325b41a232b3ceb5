#include "publish/device_families.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "publish/sample_text.h"

namespace boxmeter {
namespace {

/// In OpenMetrics `x_total` and `x_info` are both of a family `x`, and so is a gauge `x`: only one
/// of them may have the name, the others are told as what needs no suffix.
class Names {
 public:
  explicit Names(std::vector<std::string_view> plain) : taken_(plain.begin(), plain.end()) {}

  Shape resolve(std::string_view name, Shape shape) {
    const auto family = openmetrics_name(name, shape);
    if (family == name || taken_.insert(family).second) return shape;
    return shape == Shape::counter ? Shape::unknown : Shape::gauge;
  }

 private:
  std::unordered_set<std::string_view> taken_;
};

constexpr std::size_t kHeadingBytes = 400;

}  // namespace

/// The lines of some families, in the order of the fragments.
class DeviceFamilies::Lines {
 public:
  struct Some {
    std::string_view labels;  // common to them
    std::string_view tails;
  };

  /// `slices`: how many there are of each family.
  Lines(const View& view, const std::vector<std::size_t>& slices, const std::vector<bool>& wanted)
      : first_(slices.size() + 1) {
    for (std::size_t id = 0; id < slices.size(); ++id) first_[id + 1] = wanted[id] ? slices[id] : 0;
    std::partial_sum(first_.begin(), first_.end(), first_.begin());
    some_.resize(first_.back());
    auto next = first_;
    for (const FragmentPtr& fragment : view.fragments)
      for (const Fragment::Slice& slice : fragment->slices)
        if (wanted[slice.family])
          some_[next[slice.family]++] = {
              *fragment->labels,
              std::string_view(fragment->text).substr(slice.offset, slice.length)};
  }

  std::span<const Some> of(FamilyId family) const {
    return std::span(some_).subspan(first_[family], first_[family + 1] - first_[family]);
  }

  std::size_t size_of(FamilyId family, std::string_view name) const {
    std::size_t size = kHeadingBytes;
    for (const Some& some : of(family)) size += size_of_lines(name, some.labels, some.tails);
    return size;
  }

 private:
  std::vector<std::size_t> first_;  // of each family, in some_; and the end
  std::vector<Some> some_;
};

/// Also takes over what tells one view from the next.  A family that lost its lines in a fragment
/// and got none elsewhere has fewer slices; every other change shows in a fragment that was not
/// there before.
std::vector<bool> DeviceFamilies::changed_families(const View& view) {
  std::vector<bool> changed(view.families->size());
  std::vector<std::size_t> slices(view.families->size());
  serials_.resize(view.fragments.size());
  for (std::size_t at = 0; at < view.fragments.size(); ++at) {
    const Fragment& fragment = *view.fragments[at];
    const bool is_new = std::exchange(serials_[at], fragment.serial) != fragment.serial;
    for (const Fragment::Slice& slice : fragment.slices) {
      ++slices[slice.family];
      if (is_new) changed[slice.family] = true;
    }
  }
  slices_.resize(slices.size());
  for (std::size_t id = 0; id < slices.size(); ++id)
    if (slices[id] != slices_[id]) changed[id] = true;
  slices_ = std::move(slices);
  return changed;
}

void DeviceFamilies::follow(const View& view) {
  const auto has_lines = [](std::size_t count) { return count > 0; };
  const std::vector<std::size_t> before = slices_;
  std::vector<bool> changed = changed_families(view);
  const bool same_families =
      families_ && before.size() == slices_.size() &&
      std::ranges::equal(before, slices_, std::equal_to<>(), has_lines, has_lines) &&
      std::ranges::equal(*families_, *view.families);
  families_ = view.families;
  if (!same_families) {
    changed.assign(changed.size(), true);
    return arrange(view, Lines(view, slices_, changed));
  }
  const auto is_changed = [&](const Section& section) {
    return std::ranges::any_of(section.families, [&](FamilyId id) { return changed[id]; });
  };
  std::vector<bool> wanted(changed.size());
  for (const Section& section : sections_)
    if (is_changed(section))
      for (const FamilyId id : section.families) wanted[id] = true;
  const Lines lines(view, slices_, wanted);
  for (Section& section : sections_)
    if (is_changed(section)) make(section, view, lines);
}

/// All families into sections anew.
void DeviceFamilies::arrange(const View& view, const Lines& lines) {
  const auto name = [&](FamilyId id) -> std::string_view { return (*view.families)[id]->name; };
  std::vector<FamilyId> order;
  for (FamilyId id = 0; id < view.families->size(); ++id)
    if (slices_[id] > 0) order.push_back(id);
  std::ranges::sort(order, {}, name);

  std::vector<std::string_view> plain_names;
  for (const FamilyId id : order) plain_names.push_back(name(id));
  Names names(std::move(plain_names));
  shapes_.assign(view.families->size(), Shape::gauge);
  sections_.clear();
  std::size_t size = section_bytes_;  // of the last section
  for (const FamilyId id : order) {
    shapes_[id] = shape_of(*(*view.families)[id], format_);
    if (format_ == Exposition::openmetrics) shapes_[id] = names.resolve(name(id), shapes_[id]);
    if (size >= section_bytes_) {
      sections_.emplace_back();
      size = 0;
    }
    sections_.back().families.push_back(id);
    size += lines.size_of(id, name(id));
  }
  for (Section& section : sections_) make(section, view, lines);
}

void DeviceFamilies::make(Section& section, const View& view, const Lines& lines) const {
  std::size_t size = 0;
  for (const FamilyId id : section.families) size += lines.size_of(id, (*view.families)[id]->name);
  std::string text;
  text.reserve(size);
  for (const FamilyId id : section.families) {
    const Family& family = *(*view.families)[id];
    append_heading(text, family.name, shapes_[id], family.help, format_);
    for (const Lines::Some& some : lines.of(id))
      append_lines(text, family.name, some.labels, some.tails);
  }
  section.text = std::make_shared<const std::string>(std::move(text));
  section.packed = nullptr;
}

void DeviceFamilies::pack() {
  for (Section& section : sections_) {
    if (!section.packed) section.packed = std::make_shared<const Deflated>(deflated(*section.text));
    section.text = nullptr;
  }
}

bool DeviceFamilies::has_texts() const {
  return std::ranges::all_of(sections_,
                             [](const Section& section) { return section.text != nullptr; });
}

void DeviceFamilies::restore_texts(const View& view) {
  const Lines lines(view, slices_, std::vector<bool>(slices_.size(), true));
  for (Section& section : sections_) {
    if (section.text) continue;
    auto packed = std::move(section.packed);
    make(section, view, lines);
    section.packed = std::move(packed);
  }
}

}  // namespace boxmeter
