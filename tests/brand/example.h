#pragma once
#include "device/kinds.h"

// A router that does not exist, from a maker called Example: what docs/adding-a-brand.md is about.
namespace boxmeter::example {

extern const DeviceKind kKind;

/// The brand's pack, example.yml; the build makes a source file of it.
std::span<const PackText> packs();

/// What only this brand is configured with.
struct Options {
  std::string role = "viewer";  // what we ask to be: the router shows an admin more
  friend bool operator==(const Options&, const Options&) = default;
};

}  // namespace boxmeter::example
