#include <doctest/doctest.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp is POSIX

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "publish/spool_disk.h"

namespace boxmeter::spool_test {

using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = fs::temp_directory_path() / "boxmeter-spool-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TemporaryFolder() { fs::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

const Clock::time_point kStart{};

SpoolOptions options_in(const fs::path& folder, std::size_t max = 1U << 20) {
  return {.folder = folder / "spool", .format = "json", .max = max};
}

std::deque<PushObject> objects(std::size_t from, std::size_t to, std::size_t pad = 0) {
  std::deque<PushObject> all;
  for (std::size_t i = from; i < to; ++i)
    all.push_back({.text = std::to_string(i) + std::string(pad, 'x'),
                   .source = std::make_shared<const std::string>("query 'q' of device 'd'"),
                   .answered = WallClock::time_point(std::chrono::seconds(i))});
  return all;
}

/// The numbers that the texts begin with, in the order in which they are read.
std::vector<int> read_all(SpoolDisk& disk) {
  std::vector<int> texts;
  while (const auto object = disk.read()) texts.push_back(std::stoi(object->text));
  return texts;
}

std::vector<std::string> texts_of(const std::vector<SpoolNote>& notes) {
  std::vector<std::string> texts;
  for (const SpoolNote& note : notes) texts.push_back(note.text);
  return texts;
}

std::vector<fs::path> segments(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const fs::path& path : list_folder(folder / "spool"))
    if (path.extension() == ".segment") found.push_back(path);
  return found;
}

}  // namespace

TEST_CASE(
    "what is written to a spool is read in order, also after a restart, until it is forgotten") {
  const TemporaryFolder folder;
  {
    SpoolDisk disk(options_in(folder.path()), kStart);
    CHECK(disk.write(objects(1, 6), kStart) == 5);
    CHECK(read_all(disk) == std::vector<int>{1, 2, 3, 4, 5});
    CHECK(disk.objects() == 5);
    disk.forget(2);
    disk.tidy(kStart, true);
  }
  SpoolDisk again(options_in(folder.path()), kStart);
  CHECK(again.objects() == 3);
  const auto first = again.read();
  REQUIRE(first);
  CHECK(first->text == "3");
  CHECK(*first->source == "query 'q' of device 'd'");
  CHECK(first->answered == WallClock::time_point(3s));
  CHECK(first->number == 3);
  again.write(objects(6, 8), kStart);
  CHECK(read_all(again) == std::vector<int>{4, 5, 6, 7});
}

TEST_CASE("segments that are forgotten are removed") {
  const TemporaryFolder folder;
  SpoolDisk disk(options_in(folder.path(), 80'000), kStart);  // a segment has 10,000
  disk.write(objects(1, 20, 3'000), kStart);
  disk.write(objects(20, 21, 3'000), kStart);
  CHECK(read_all(disk).size() == 20);
  const std::size_t before = segments(folder.path()).size();
  disk.forget(20);
  disk.tidy(kStart, false);

  CHECK(before > 1);
  CHECK(segments(folder.path()).size() == 1);
  CHECK(disk.objects() == 0);
}

TEST_CASE("beyond its bound the oldest segment of a spool goes, and its objects are counted") {
  const TemporaryFolder folder;
  SpoolDisk disk(options_in(folder.path(), 40'000), kStart);
  for (int i = 1; i <= 100; ++i) disk.write(objects(i, i + 1, 1'000), kStart);
  CHECK(disk.bytes() <= 40'000);
  const std::vector<int> left = read_all(disk);

  REQUIRE(!left.empty());
  CHECK(left.back() == 100);
  CHECK(left.front() == 101 - static_cast<int>(left.size()));
  CHECK(disk.dropped() == std::map<std::string, std::uint64_t>{{"spool_full", 100 - left.size()}});
  CHECK(texts_of(disk.notes()) ==
        std::vector<std::string>{"the spool is full (40000 bytes): the oldest objects are dropped "
                                 "and counted until the listener takes them again"});
}

TEST_CASE("a byte of a segment that flips costs its object, and no other") {
  const TemporaryFolder folder;
  {
    SpoolDisk disk(options_in(folder.path()), kStart);
    disk.write(objects(1, 6), kStart);
  }
  const fs::path segment = segments(folder.path()).at(0);
  const std::string good = read_file(segment);
  const std::size_t head = spool_head("json").size();
  for (std::size_t at = 0; at < good.size(); ++at) {
    CAPTURE(at);
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x41);
    const TemporaryFolder other;
    fs::create_directories(other.path() / "spool");
    std::ofstream(other.path() / "spool" / segment.filename(), std::ios::binary) << bad;

    SpoolDisk disk(options_in(other.path()), kStart);
    const std::vector<int> left = read_all(disk);
    disk.write(objects(6, 7), kStart);

    CHECK(std::is_sorted(left.begin(), left.end()));
    CHECK(!disk.notes().empty());
    if (at < head)
      CHECK(fs::exists(other.path() / "spool" / (segment.filename().string() + ".aside")));
    else
      CHECK(left.size() == 4);
    CHECK(read_all(disk) == std::vector<int>{6});
  }
}

TEST_CASE("a segment that ends anywhere gives what it has whole") {
  const TemporaryFolder folder;
  {
    SpoolDisk disk(options_in(folder.path()), kStart);
    disk.write(objects(1, 4), kStart);
  }
  const fs::path segment = segments(folder.path()).at(0);
  const std::string good = read_file(segment);
  std::size_t before = 0;
  for (std::size_t size = 0; size <= good.size(); ++size) {
    CAPTURE(size);
    const TemporaryFolder other;
    fs::create_directories(other.path() / "spool");
    std::ofstream(other.path() / "spool" / segment.filename(), std::ios::binary)
        << good.substr(0, size);
    SpoolDisk disk(options_in(other.path()), kStart);
    const std::vector<int> left = read_all(disk);

    CHECK(left.size() >= before);
    for (std::size_t i = 0; i < left.size(); ++i) CHECK(left[i] == static_cast<int>(i) + 1);
    before = left.size();
  }
  CHECK(before == 3);
}

TEST_CASE("objects of another format are kept aside") {
  const TemporaryFolder folder;
  SpoolOptions raw = options_in(folder.path());
  raw.format = "raw";
  { SpoolDisk(raw, kStart).write(objects(1, 3), kStart); }
  SpoolDisk disk(options_in(folder.path()), kStart);

  CHECK(read_all(disk).empty());
  CHECK(texts_of(disk.notes()) ==
        std::vector<std::string>{"'" + (folder.path() / "spool/000000000001.segment").string() +
                                 "' is of another version or format of boxmeter, or damaged: not "
                                 "delivered, kept as '000000000001.segment.aside'"});
}

TEST_CASE("a spool whose folder could not be made is made when that works again") {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "spool") << "in the way";
  SpoolDisk disk(options_in(folder.path()), kStart);
  CHECK(disk.broken());
  CHECK(disk.retry_at() == kStart + 5s);
  const std::string file = (folder.path() / "spool/lock").string();
  CHECK(texts_of(disk.notes()) ==
        std::vector<std::string>{
            "cannot open '" + file +
            "': Not a directory; what waits is kept in memory until that works again"});
  CHECK(disk.write(objects(1, 3), kStart) == 0);

  fs::remove(folder.path() / "spool");
  disk.try_again();
  CHECK(disk.write(objects(1, 3), kStart) == 2);
  CHECK(read_all(disk) == std::vector<int>{1, 2});
  CHECK(texts_of(disk.notes()).back() == "the spool is written again");
}

TEST_CASE(
    "a folder that another one has is told when that does not let go, and tried now and then") {
  const TemporaryFolder folder;
  std::optional<SpoolDisk> before(std::in_place, options_in(folder.path()), kStart);
  SpoolDisk disk(options_in(folder.path()), kStart);
  CHECK(disk.broken());
  CHECK(disk.retry_at() == kStart + 100ms);
  CHECK(disk.write(objects(1, 3), kStart + 1s) == 0);
  CHECK(disk.notes().empty());

  CHECK(disk.write(objects(1, 3), kStart + 2s) == 0);
  CHECK(disk.retry_at() == kStart + 7s);
  CHECK(texts_of(disk.notes()) ==
        std::vector<std::string>{"'" + (folder.path() / "spool").string() +
                                 "' is used by another boxmeter; what waits is kept in memory "
                                 "until that works again"});

  before.reset();
  CHECK(disk.write(objects(1, 3), kStart + 7s) == 2);
  CHECK(texts_of(disk.notes()).back() == "the spool is written again");
}

TEST_CASE("a folder that was just let go is taken without a word") {
  const TemporaryFolder folder;
  std::optional<SpoolDisk> before(std::in_place, options_in(folder.path()), kStart);
  CHECK(before->write(objects(1, 3), kStart) == 2);
  SpoolDisk disk(options_in(folder.path()), kStart);
  before.reset();

  CHECK(disk.write(objects(3, 4), kStart + 100ms) == 1);
  CHECK(read_all(disk) == std::vector{1, 2, 3});
  CHECK(texts_of(disk.notes()) ==
        std::vector<std::string>{"2 objects of an earlier run wait in '" +
                                 (folder.path() / "spool").string() + "'"});
}

TEST_CASE("what an earlier run wrote and this one delivered does not come a third time") {
  const TemporaryFolder folder;
  {
    SpoolDisk first(options_in(folder.path()), kStart);
    CHECK(first.write(objects(1, 4), kStart) == 3);
  }
  {
    SpoolDisk second(options_in(folder.path()), kStart);
    CHECK(read_all(second) == std::vector{1, 2, 3});
    CHECK(second.forget(3));
    second.tidy(kStart, /*at_once=*/true);
    CHECK(segments(folder.path()).empty());
  }
  SpoolDisk third(options_in(folder.path()), kStart);
  CHECK(read_all(third).empty());
  CHECK(third.write(objects(4, 6), kStart) == 2);
  CHECK(read_all(third) == std::vector{4, 5});
}

}  // namespace boxmeter::spool_test
