#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/request_line.h"

namespace boxmeter::http {

using RawHeaders = std::vector<std::pair<std::string, std::string>>;  // names in lower case

/// The value of a header, of equal names joined by ", ".  Empty when there is none.  `name` is in
/// lower case.
std::string header_value(const RawHeaders& headers, std::string_view name);

/// One request as it came off the wire: nothing decoded but its first line and the chunks of its
/// body.
struct RawRequest {
  RequestLine line = {};
  RawHeaders headers = {};
  std::string body = {};
  bool keep_alive = true;
};

/// Cuts requests out of bytes that arrive in any pieces: knows where a head and a body end, what is
/// too large, and what cannot be HTTP/1.1 (RFC 9112).  Strict where a proxy in front could read the
/// same bytes another way: a line ends with CR LF, and nothing else.  One thread at a time; throws
/// nothing.
///
/// Written by hand because the libraries that read requests block on them (a thread per slow
/// client), percent-decode header values (a digest then never matches), take any number of header
/// lines, and do not limit a chunked body.
class RequestReader {
 public:
  /// In bytes.  The first is of request line, headers, trailers, and empty lines before, together.
  RequestReader(std::size_t header_limit, std::size_t body_limit)
      : header_limit_(header_limit), body_limit_(body_limit) {}

  enum class Progress { more, complete, failed };

  /// Not between `complete` and take(), nor after `failed`.
  Progress add(std::string_view bytes);
  /// Looks at what is left after take().
  Progress advance();
  /// The request, after `complete`; what follows it stays.
  RawRequest take();

  /// Whether the first byte of a request has arrived; an empty line before it does not count (some
  /// clients send one behind a body: RFC 9112 2.2).
  bool started() const { return part_ != Part::request_line || !buffer_.empty(); }
  /// What to refuse with, after `failed`.
  const Rejection& rejection() const { return rejection_; }
  /// True once per request whose client waits for "100 Continue" before it sends the body.
  bool take_expectation();

 private:
  enum class Part {
    request_line,
    head,
    counted_body,
    chunk_size,
    chunk,
    chunk_end,
    trailer,
    whole
  };

  bool fail(const Rejection& rejection);
  /// Takes the next line off the buffer, if it is there; `too_long` above `limit` bytes.
  bool next_line(std::size_t limit, const Rejection& too_long, std::string_view& line);
  bool read_head();
  bool read_request_line();
  bool read_header_line(std::string_view line, RawHeaders& into);
  bool read_trailer();
  bool check_head();
  bool plan_body();
  bool read_body();
  bool read_chunk_size(std::string_view line);
  bool step();

  std::size_t header_limit_, body_limit_;
  std::string buffer_ = {};
  std::size_t at_ = 0;        // everything before is used up
  std::size_t searched_ = 0;  // no line ends before
  Part part_ = Part::request_line;
  RawRequest request_ = {};
  std::size_t head_size_ = 0, missing_ = 0;
  Rejection rejection_ = {};
  bool expects_ = false;
};

}  // namespace boxmeter::http
