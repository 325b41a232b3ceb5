#include "http/request_reader.h"

#include <algorithm>

#include "base/number.h"
#include "base/text.h"

namespace boxmeter::http {
namespace {

// Most bytes of the line with a chunk's size, extensions included.
constexpr std::size_t kSizeLineLimit = 256;

constexpr char kTlsHandshake = 0x16;  // the first byte of a TLS connection

constexpr Rejection kTls{400, "this port speaks http\n"};
constexpr Rejection kBareLineFeed{400, "a line of the request does not end with CR LF\n"};
constexpr Rejection kBadHeader{400, "a header of the request is not HTTP/1.1\n"};
constexpr Rejection kBadHost{400, "the request must have one Host header, with a host in it\n"};
constexpr Rejection kBadLength{400, "the length of the body is not clear\n"};
constexpr Rejection kBadChunk{400, "a chunk of the body is not HTTP/1.1\n"};
constexpr Rejection kBodyTooLarge{413, "the body of the request is too large\n"};
constexpr Rejection kLineTooLong{414, "the path is too long\n"};
constexpr Rejection kExpectation{417, "only 100-continue can be expected\n"};
constexpr Rejection kHeadTooLarge{431, "the headers of the request are too large\n"};
constexpr Rejection kUnknownCoding{501, "the only transfer coding understood is chunked\n"};

bool is_value(std::string_view value) {
  return std::none_of(value.begin(), value.end(), [](char c) {
    return c != '\t' && (static_cast<unsigned char>(c) < 0x20 || c == 0x7f);
  });
}

bool lists(std::string_view value, std::string_view word) {
  for (const auto part : split(value, ',')) {
    if (equal_ignoring_case(trim(part), word)) return true;
  }
  return false;
}

std::ptrdiff_t count(const RawHeaders& headers, std::string_view name) {
  return std::ranges::count(headers, name, &RawHeaders::value_type::first);
}

}  // namespace

std::string header_value(const RawHeaders& headers, std::string_view name) {
  std::string joined;
  bool found = false;
  for (const auto& [key, value] : headers) {
    if (key != name) continue;
    if (found) joined += ", ";
    joined += value;
    found = true;
  }
  return joined;
}

RequestReader::Progress RequestReader::add(std::string_view bytes) {
  buffer_.append(bytes);
  return advance();
}

RequestReader::Progress RequestReader::advance() {
  while (part_ != Part::whole && rejection_.status == 0 && step()) {
  }
  if (at_ > 0) {
    buffer_.erase(0, at_);
    searched_ -= std::min(searched_, at_);
    at_ = 0;
  }
  if (rejection_.status != 0) return Progress::failed;
  return part_ == Part::whole ? Progress::complete : Progress::more;
}

RawRequest RequestReader::take() {
  RawRequest request = std::move(request_);
  request_ = {};
  part_ = Part::request_line;
  head_size_ = 0;
  expects_ = false;
  if (buffer_.empty()) buffer_.shrink_to_fit();  // an idle connection should cost little
  return request;
}

bool RequestReader::take_expectation() {
  return part_ != Part::whole && std::exchange(expects_, false);
}

/// Refuses the request.  Returns false, so that step() ends.
bool RequestReader::fail(const Rejection& rejection) {
  rejection_ = rejection;
  return false;
}

bool RequestReader::next_line(std::size_t limit, const Rejection& too_long,
                              std::string_view& line) {
  const auto end = buffer_.find('\n', std::max(at_, searched_));
  const auto length = std::min(end, buffer_.size()) - at_;  // CR included
  if (length > limit + 1) return fail(too_long);
  if (end == std::string::npos) {
    searched_ = buffer_.size();
    return false;
  }
  if (length == 0 || buffer_[end - 1] != '\r') return fail(kBareLineFeed);
  line = std::string_view(buffer_).substr(at_, length - 1);
  at_ = end + 1;
  return true;
}

/// One step on the way through the request; false when more bytes are needed.
bool RequestReader::step() {
  std::string_view line;
  switch (part_) {
    case Part::request_line:
      return read_request_line();
    case Part::head:
      return read_head();
    case Part::chunk_size:
      return next_line(kSizeLineLimit, kBadChunk, line) && read_chunk_size(line);
    case Part::counted_body:
    case Part::chunk:
      return read_body();
    case Part::chunk_end:
      if (at_ == buffer_.size()) return false;
      if (buffer_[at_] != '\r') return fail(kBadChunk);
      if (buffer_.size() - at_ < 2) return false;
      if (buffer_[at_ + 1] != '\n') return fail(kBadChunk);
      at_ += 2;
      part_ = Part::chunk_size;
      return true;
    case Part::trailer:
      return read_trailer();
    case Part::whole:
      break;
  }
  return false;
}

bool RequestReader::read_request_line() {
  if (at_ < buffer_.size() && buffer_[at_] == kTlsHandshake) return fail(kTls);
  std::string_view line;
  const auto limit = std::min(kRequestLineLimit, header_limit_ - head_size_);
  if (!next_line(limit, kLineTooLong, line)) return false;
  head_size_ += line.size() + 2;
  if (head_size_ > header_limit_) return fail(kHeadTooLarge);
  if (line.empty()) return true;  // RFC 9112 2.2: empty lines before it are skipped
  auto parsed = parse_request_line(line);
  if (const auto* rejection = std::get_if<Rejection>(&parsed)) return fail(*rejection);
  request_.line = std::get<RequestLine>(std::move(parsed));
  part_ = Part::head;
  return true;
}

bool RequestReader::read_head() {
  std::string_view line;
  if (!next_line(header_limit_ - head_size_, kHeadTooLarge, line)) return false;
  head_size_ += line.size() + 2;
  if (head_size_ > header_limit_) return fail(kHeadTooLarge);
  if (!line.empty()) return read_header_line(line, request_.headers);
  return check_head() && plan_body();
}

/// A trailer must follow the rules of headers, but nothing in it is used.
bool RequestReader::read_trailer() {
  std::string_view line;
  if (!next_line(header_limit_ - head_size_, kHeadTooLarge, line)) return false;
  head_size_ += line.size() + 2;
  if (head_size_ > header_limit_) return fail(kHeadTooLarge);
  if (line.empty()) {
    part_ = Part::whole;
    return true;
  }
  RawHeaders forgotten;
  return read_header_line(line, forgotten);
}

bool RequestReader::read_header_line(std::string_view line, RawHeaders& into) {
  // A blank before the name would continue the line above, and one before the colon serves to
  // smuggle requests past a proxy: RFC 9112 5.1 and 5.2 require both to be refused.
  const auto colon = line.find(':');
  const auto name = line.substr(0, colon);
  if (colon == std::string_view::npos || !is_token(name) || !is_value(line.substr(colon + 1)))
    return fail(kBadHeader);
  into.emplace_back(lower(name), trim(line.substr(colon + 1)));
  return true;
}

/// RFC 9112 3.2 and 9.3.
bool RequestReader::check_head() {
  const auto hosts = count(request_.headers, "host");
  if (hosts > 1 || (hosts == 0 && request_.line.minor > 0) ||
      !is_host_header(header_value(request_.headers, "host")))
    return fail(kBadHost);
  const auto connection = header_value(request_.headers, "connection");
  request_.keep_alive =
      !lists(connection, "close") && (request_.line.minor > 0 || lists(connection, "keep-alive"));
  return true;
}

bool RequestReader::plan_body() {
  const bool expects = count(request_.headers, "expect") > 0 && request_.line.minor > 0;
  if (expects && !equal_ignoring_case(header_value(request_.headers, "expect"), "100-continue"))
    return fail(kExpectation);
  const bool counted = count(request_.headers, "content-length") > 0;
  if (count(request_.headers, "transfer-encoding") > 0) {
    // Both at once is a smuggled request or a bug, RFC 9112 6.1.
    if (counted || request_.line.minor == 0) return fail(kBadLength);
    if (!equal_ignoring_case(header_value(request_.headers, "transfer-encoding"), "chunked"))
      return fail(kUnknownCoding);
    part_ = Part::chunk_size;
    expects_ = expects;
    return true;
  }
  missing_ = 0;
  if (counted) {
    const auto length = header_value(request_.headers, "content-length");
    if (length.empty() || length.find_first_not_of("0123456789") != std::string::npos)
      return fail(kBadLength);
    missing_ = parse_integer<std::size_t>(length).value_or(std::string::npos);
    if (missing_ > body_limit_) return fail(kBodyTooLarge);
  }
  part_ = missing_ == 0 ? Part::whole : Part::counted_body;
  expects_ = missing_ > 0 && expects;
  return true;
}

bool RequestReader::read_chunk_size(std::string_view line) {
  const auto end = std::min(line.find_first_of("; \t"), line.size());
  const auto size = parse_integer<std::size_t>(line.substr(0, end), 16);
  const auto extension = trim(line.substr(end));
  if (!size || !is_value(line) || !(extension.empty() || extension.starts_with(';')))
    return fail(kBadChunk);
  if (*size > body_limit_ - request_.body.size()) return fail(kBodyTooLarge);
  missing_ = *size;
  part_ = missing_ == 0 ? Part::trailer : Part::chunk;
  return true;
}

bool RequestReader::read_body() {
  const auto piece = std::min(missing_, buffer_.size() - at_);
  request_.body.append(buffer_, at_, piece);
  at_ += piece;
  missing_ -= piece;
  if (missing_ > 0) return false;
  part_ = part_ == Part::chunk ? Part::chunk_end : Part::whole;
  return true;
}

}  // namespace boxmeter::http
