#include "base/descriptor.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace boxmeter::descriptor_test {
namespace {

Descriptor nothing() { return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

bool is_open(int descriptor) { return ::fcntl(descriptor, F_GETFD) >= 0; }

}  // namespace

TEST_CASE("a descriptor is closed once: with its last owner") {
  int number = -1;
  {
    Descriptor first = nothing();
    number = first.get();
    REQUIRE(is_open(number));
    const Descriptor second = std::move(first);
    CHECK(!first.is_open());  // NOLINT(bugprone-use-after-move): holds none, by its promise
    CHECK(second.get() == number);
    CHECK(is_open(number));
  }
  CHECK(!is_open(number));
}

TEST_CASE("a descriptor that takes another closes its own, and keeps errno") {
  Descriptor held = nothing();
  const int old = held.get();
  errno = EADDRINUSE;
  held = Descriptor();
  CHECK(errno == EADDRINUSE);
  CHECK(!held.is_open());
  CHECK(!is_open(old));
}

TEST_CASE("a descriptor that is released is somebody else's to close") {
  Descriptor held = nothing();
  const Descriptor taker(held.release());
  CHECK(!held.is_open());
  CHECK(is_open(taker.get()));
}

}  // namespace boxmeter::descriptor_test
