#include "app/escaped_output.h"

#include <iostream>
#include <streambuf>
#include <string>
#include <string_view>

#include "app/terminal.h"
#include "base/unicode.h"

namespace boxmeter {
namespace {

/// Escapes what is written to a stream.  Relies on each write holding whole UTF-8 characters.
class Escaping : public std::streambuf {
 public:
  explicit Escaping(std::ostream& out) : out_(out), target_(*out.rdbuf(this)) {}
  ~Escaping() override { out_.rdbuf(&target_); }
  Escaping(const Escaping&) = delete;
  Escaping& operator=(const Escaping&) = delete;

 protected:
  int_type overflow(int_type c) override {
    if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
    const char one = traits_type::to_char_type(c);
    return xsputn(&one, 1) == 1 ? c : traits_type::eof();
  }

  std::streamsize xsputn(const char* text, std::streamsize size) override {
    std::string_view rest(text, static_cast<std::size_t>(size));
    std::string shown;
    while (!rest.empty()) {
      const auto plain = rest.substr(0, rest.find_first_of("\n\t"));
      shown += printable(plain);
      rest.remove_prefix(plain.size());
      if (rest.empty()) break;
      shown += rest.front();
      rest.remove_prefix(1);
    }
    const auto length = static_cast<std::streamsize>(shown.size());
    return target_.sputn(shown.data(), length) == length ? size : 0;
  }

  int sync() override { return target_.pubsync(); }

 private:
  std::ostream& out_;
  std::streambuf& target_;
};

}  // namespace

struct EscapedOutput::State {
  Escaping errors{std::cerr};
  std::unique_ptr<Escaping> answers =
      is_terminal() ? std::make_unique<Escaping>(std::cout) : nullptr;
};

EscapedOutput::EscapedOutput() : state_(std::make_unique<State>()) {}
EscapedOutput::~EscapedOutput() { std::cout.flush(); }

}  // namespace boxmeter
