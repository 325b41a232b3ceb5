#pragma once
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

// What is wrong with the files of a configuration, gathered instead of stopping at the first.
// One thread at a time.
namespace boxmeter {

/// Where something stands in a file, both counted from 1; columns are bytes, as compilers count.
struct Mark {
  int line = 1;
  int column = 1;
};

/// A file as messages call it, and a place in it.
struct FilePosition {
  std::string file = {};
  Mark mark = {};

  /// "file:line:column"
  std::string text() const;
};

/// An Error{config} about a place of a file: its message begins with "file:line:column: ".
class Mistake : public Error {
 public:
  Mistake(FilePosition position, const std::string& what)
      : Error(ErrorKind::config, position.text() + ": " + what), position_(std::move(position)) {}

  const FilePosition& position() const noexcept { return position_; }

 private:
  FilePosition position_;
};

/// Thrown where something cannot be read because of a mistake that has been collected already, so
/// that it is not reported twice.  Mistakes::collect() catches it.
struct AlreadyReported {};

/// All mistakes of a configuration, thrown at the end. what() is lines(), joined by line breaks.
class ConfigMistakes : public Error {
 public:
  explicit ConfigMistakes(std::vector<std::string> lines);

  /// One mistake each, equal ones once, in the order of files and lines; one without a place comes
  /// first.  A last line counts what is left out.
  const std::vector<std::string>& lines() const noexcept { return lines_; }

 private:
  std::vector<std::string> lines_;
};

/// Collects mistakes.  Code that cannot go on after a mistake throws it as an Error; the nearest
/// collect() around it adds it, and what does not depend on it is still read.
class Mistakes {
 public:
  /// Most lines; further mistakes are only counted.
  static constexpr std::size_t kMostReported = 50;

  /// Files are reported in the order in which they are first named: by this, or by a mistake.
  void begin_file(const std::string& name);
  void add(const Error& error);

  /// Runs `step`.  False when an Error left it, which is a mistake now, or AlreadyReported.  An
  /// Error{internal} passes.
  template <typename Step>
  bool collect(Step&& step) {
    try {
      std::forward<Step>(step)();
      return true;
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::internal) throw;  // a bug of ours, no mistake of the file
      add(error);
    } catch (const AlreadyReported&) {
    }
    return false;
  }

  bool empty() const { return found_.empty(); }
  /// Throws ConfigMistakes unless empty.
  void throw_if_any() const;

 private:
  struct Found {
    std::size_t file = 0;  // its rank
    Mark mark = {};
    std::string text = {};
  };
  std::size_t rank(const std::string& file);

  std::vector<std::string> files_;
  std::vector<Found> found_;
};

}  // namespace boxmeter
