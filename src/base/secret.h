#pragma once
#include <string>
#include <utility>

namespace boxmeter {

/// Text that no formatter, stream or JSON writer accepts.  Reading it takes an explicit, greppable
/// reveal(), which is called only where the secret is sent or compared.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  const std::string& reveal() const noexcept { return text_; }
  bool empty() const noexcept { return text_.empty(); }

  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::string text_;
};

}  // namespace boxmeter
