#pragma once
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "publish/sample_text.h"
#include "publish/store.h"

namespace boxmeter::test {

/// A View made by hand.
class Views {
 public:
  class One {
   public:
    One& add(const Family& family, const Labels& labels, std::uint64_t value) {
      const auto start = static_cast<std::uint32_t>(fragment_->text.size());
      append_tail(fragment_->text, labels, Number(value));
      fragment_->slices.push_back(
          {.family = views_->number(family),
           .offset = start,
           .length = static_cast<std::uint32_t>(fragment_->text.size()) - start});
      return *this;
    }

   private:
    friend class Views;
    Views* views_ = nullptr;
    std::shared_ptr<Fragment> fragment_ = std::make_shared<Fragment>();
  };

  /// What the next query of the device said.
  One device(const std::string& name) {
    One one;
    one.views_ = this;
    std::string labels;
    append_labels(labels, {{"device", name}});
    one.fragment_->labels = std::make_shared<const std::string>(std::move(labels));
    fragments_.push_back(one.fragment_);
    return one;
  }

  View view() const {
    return {.generation = 1,
            .valid_until = Clock::time_point::max(),
            .fragments = fragments_,
            .families = std::make_shared<const std::vector<FamilyPtr>>(families_)};
  }

 private:
  FamilyId number(const Family& family) {
    const auto [entry, fresh] =
        ids_.try_emplace(family.name, static_cast<FamilyId>(families_.size()));
    if (fresh) families_.push_back(std::make_shared<const Family>(family));
    return entry->second;
  }

  std::vector<FragmentPtr> fragments_ = {};
  std::vector<FamilyPtr> families_ = {};
  std::map<std::string, FamilyId> ids_ = {};
};

}  // namespace boxmeter::test
