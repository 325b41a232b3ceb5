#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace boxmeter::http {

using RawHeaders = std::vector<std::pair<std::string, std::string>>;  // names in lower case

/// The value of a header, of equal names joined by ", ".  Empty when there is none.
std::string header_value(const RawHeaders& headers, std::string_view name);

/// One request as it came off the wire: nothing decoded but the chunks of the body.
struct RawRequest {
  std::string line = {};  // "GET /metrics HTTP/1.1"
  RawHeaders headers = {};
  std::string body = {};
  bool keep_alive = true;
};

/// Cuts requests out of bytes that arrive in any pieces: knows where a head and a body end, what is
/// too large, and what cannot be HTTP.  Pure; one thread at a time.
///
/// Written by hand because cpp-httplib can only read a request by blocking on it (a thread per slow
/// client), percent-decodes header values (a digest then never matches), takes any number of header
/// lines, and does not limit a chunked body.
class RequestReader {
 public:
  RequestReader(std::size_t header_limit, std::size_t body_limit)
      : header_limit_(header_limit), body_limit_(body_limit) {}

  enum class Progress { more, complete, failed };

  Progress add(std::string_view bytes);
  /// Looks at what is left after take().
  Progress advance();
  /// The complete request; what follows it stays.
  RawRequest take();

  /// Some byte of a request is there.
  bool started() const { return started_; }
  /// The status to refuse with, after `failed`.
  int status() const { return status_; }
  /// True once per request whose client waits for "100 Continue" before it sends the body.
  bool take_expectation();

 private:
  enum class Part { head, counted_body, chunk_size, chunk, chunk_end, trailer, whole };

  Progress fail(int status);
  /// Takes the next line off the buffer, if it is there; fails above `limit` bytes.
  bool next_line(std::size_t limit, std::string_view& line);
  bool read_head();
  bool read_header_line(std::string_view line);
  bool plan_body();
  bool read_body();
  bool read_chunk_size(std::string_view line);
  bool step();

  std::size_t header_limit_, body_limit_;
  std::string buffer_ = {};
  std::size_t at_ = 0;        // everything before is used up
  std::size_t searched_ = 0;  // no line ends before
  Part part_ = Part::head;
  RawRequest request_ = {};
  std::size_t head_size_ = 0, missing_ = 0;
  int status_ = 0;
  bool started_ = false, expects_ = false;
};

}  // namespace boxmeter::http
