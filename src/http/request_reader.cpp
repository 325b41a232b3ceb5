#include "http/request_reader.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"

namespace boxmeter::http {
namespace {

// A chunk's size with its extensions, which nobody uses.
constexpr std::size_t kSizeLineLimit = 256;

bool is_token(std::string_view name) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

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

template <typename Integer>
std::optional<Integer> number(std::string_view text, int base) {
  Integer value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return {};
  return value;
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
  if (!bytes.empty()) started_ = true;
  buffer_.append(bytes);
  return advance();
}

RequestReader::Progress RequestReader::advance() {
  if (at_ < buffer_.size()) started_ = true;
  while (part_ != Part::whole && status_ == 0 && step()) {
  }
  if (at_ > 0) {
    buffer_.erase(0, at_);
    searched_ -= std::min(searched_, at_);
    at_ = 0;
  }
  if (status_ != 0) return Progress::failed;
  return part_ == Part::whole ? Progress::complete : Progress::more;
}

RawRequest RequestReader::take() {
  RawRequest request = std::move(request_);
  request_ = {};
  part_ = Part::head;
  head_size_ = 0;
  expects_ = false;
  started_ = !buffer_.empty();
  if (buffer_.empty()) buffer_.shrink_to_fit();  // an idle connection should cost little
  return request;
}

bool RequestReader::take_expectation() {
  return part_ != Part::whole && std::exchange(expects_, false);
}

RequestReader::Progress RequestReader::fail(int status) {
  status_ = status;
  return Progress::failed;
}

bool RequestReader::next_line(std::size_t limit, std::string_view& line) {
  const auto end = buffer_.find("\r\n", std::max(at_, searched_));
  if (end == std::string::npos) {
    searched_ = buffer_.empty() ? 0 : buffer_.size() - 1;
    if (buffer_.size() - at_ > limit) fail(part_ == Part::chunk_size ? 400 : 431);
    return false;
  }
  line = std::string_view(buffer_).substr(at_, end - at_);
  at_ = end + 2;
  if (line.size() <= limit) return true;
  fail(part_ == Part::chunk_size ? 400 : 431);
  return false;
}

/// One step on the way through the request; false when more bytes are needed.
bool RequestReader::step() {
  std::string_view line;
  switch (part_) {
    case Part::head:
      return read_head();
    case Part::chunk_size:
      return next_line(kSizeLineLimit, line) && read_chunk_size(line);
    case Part::counted_body:
    case Part::chunk:
      return read_body();
    case Part::chunk_end:
      if (buffer_.size() - at_ < 2) return false;
      if (buffer_.compare(at_, 2, "\r\n") != 0) return fail(400), false;
      at_ += 2;
      part_ = Part::chunk_size;
      return true;
    case Part::trailer:  // read and forgotten: nothing in it is for us
      if (!next_line(header_limit_ - head_size_, line)) return false;
      head_size_ += std::min(line.size() + 2, header_limit_ - head_size_);
      if (line.empty()) part_ = Part::whole;
      return true;
    case Part::whole:
      break;
  }
  return false;
}

bool RequestReader::read_head() {
  std::string_view line;
  if (!next_line(header_limit_ - head_size_, line)) return false;
  head_size_ += line.size() + 2;
  if (head_size_ > header_limit_) return fail(431), false;
  if (request_.line.empty()) {
    request_.line = line;  // RFC 9112 2.2: empty lines before it are skipped
    request_.keep_alive = line.ends_with("HTTP/1.1");
    return true;
  }
  return line.empty() ? plan_body() : read_header_line(line);
}

bool RequestReader::read_header_line(std::string_view line) {
  // A blank before the name would continue the line above, and one before the colon is how
  // requests are smuggled past a proxy: RFC 9112 5.1 and 5.2 want both refused.
  const auto colon = line.find(':');
  const auto name = line.substr(0, colon);
  if (colon == std::string_view::npos || !is_token(name)) return fail(400), false;
  const auto value = trim(line.substr(colon + 1));
  if (!is_value(value)) return fail(400), false;
  request_.headers.emplace_back(lower(name), value);
  return true;
}

bool RequestReader::plan_body() {
  const auto connection = header_value(request_.headers, "connection");
  if (lists(connection, "close")) request_.keep_alive = false;
  if (lists(connection, "keep-alive")) request_.keep_alive = true;

  const auto expect = header_value(request_.headers, "expect");
  if (!expect.empty() && !equal_ignoring_case(expect, "100-continue")) return fail(417), false;
  const auto coding = header_value(request_.headers, "transfer-encoding");
  auto length = header_value(request_.headers, "content-length");
  if (!coding.empty()) {
    // Both at once is a smuggled request or a bug, RFC 9112 6.1.
    if (!length.empty() || !request_.line.ends_with("HTTP/1.1")) return fail(400), false;
    if (!equal_ignoring_case(coding, "chunked")) return fail(501), false;
    part_ = Part::chunk_size;
    expects_ = !expect.empty();
    return true;
  }
  missing_ = 0;
  if (!length.empty()) {
    const bool digits = length.find_first_not_of("0123456789") == std::string::npos;
    if (!digits) return fail(400), false;
    missing_ = number<std::size_t>(length, 10).value_or(std::string::npos);
    if (missing_ > body_limit_) return fail(413), false;
  }
  part_ = missing_ == 0 ? Part::whole : Part::counted_body;
  expects_ = missing_ > 0 && !expect.empty();
  return true;
}

bool RequestReader::read_chunk_size(std::string_view line) {
  const auto digits = trim(line.substr(0, line.find(';')));
  const auto size = number<std::size_t>(digits, 16);
  if (!size) return fail(400), false;
  if (*size > body_limit_ - request_.body.size()) return fail(413), false;
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
