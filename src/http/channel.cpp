#include "http/channel.h"

#include <spdlog/fmt/fmt.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <mutex>

#include "base/heartbeat.h"
#include "base/log.h"
#include "base/text.h"

namespace boxmeter::http {
namespace {

constexpr std::size_t kHeaderLimit = 64U << 10, kHeaderLines = 1000;
// CURLE_TOO_LARGE, which is libcurl's since 8.6.
constexpr auto kTooLarge = static_cast<CURLcode>(100);
constexpr std::chrono::milliseconds kConnectTimeout{3'000};

CURL* new_handle() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  CURL* handle = curl_easy_init();
  if (!handle) throw Error(ErrorKind::internal, "libcurl cannot start");
  return handle;
}

std::string header_line(const std::string& name, const std::string& value) {
  const auto breaks = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
  if (std::ranges::any_of(name, breaks) || std::ranges::any_of(value, breaks))
    throw Error(ErrorKind::config, "the value of the header '" +
                                       name.substr(0, name.find_first_of("\r\n")) +
                                       "' has a line break in it");
  return value.empty() ? name + ";" : name + ": " + value;  // libcurl's way to send an empty one
}

}  // namespace

std::string_view method_name(Method method) {
  constexpr std::string_view kNames[] = {"GET", "POST", "PUT", "DELETE"};
  return kNames[static_cast<std::size_t>(method)];
}

Channel::Channel(const TlsPolicy& tls, Stop& stop)
    : stop_(stop), trust_(tls), handle_(new_handle()) {
  set_up();
}

/// Sets the options that are the same for every request; prepare() sets the others.
void Channel::set_up() {
  CURL* curl = handle_.get();
  const auto number = [&](CURLoption option, long value) { curl_easy_setopt(curl, option, value); };
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error_text_.data());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_PROXY, "");  // a box on the LAN is not asked through http_proxy
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "boxmeter/" BOXMETER_VERSION);
  curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
  number(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  number(CURLOPT_NOSIGNAL, 1);
  number(CURLOPT_QUICK_EXIT, 1);  // do not wait for getaddrinfo's thread after a timeout
  number(CURLOPT_TCP_NODELAY, 1);
  number(CURLOPT_FOLLOWLOCATION, 0);
  number(CURLOPT_PATH_AS_IS, 1);
  number(CURLOPT_MAXCONNECTS, 1);
  // No DNS cache: addresses change; last_address_ is used when the lookup fails.
  number(CURLOPT_DNS_CACHE_TIMEOUT, 0);
  // Smaller than by default (16 and 64 KB): buffers live as long as the connection.
  number(CURLOPT_BUFFERSIZE, 4096);
  number(CURLOPT_UPLOAD_BUFFERSIZE, 16384);
  number(CURLOPT_NOPROGRESS, 0);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &Channel::on_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Channel::on_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &Channel::on_progress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, this);
  curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, &Channel::on_connected);
  curl_easy_setopt(curl, CURLOPT_PREREQDATA, this);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &Channel::on_open);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(curl, CURLOPT_CLOSESOCKETFUNCTION, &Channel::on_close);
  curl_easy_setopt(curl, CURLOPT_CLOSESOCKETDATA, this);
  // Trust::prepare() loads the roots once: libcurl would read the system's for every connection.
  curl_easy_setopt(curl, CURLOPT_CAINFO, nullptr);
  curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, &Channel::on_tls);
  curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, this);
  number(CURLOPT_SSL_VERIFYPEER, trust_.checks_certificate() ? 1 : 0);
}

Channel::HeaderList Channel::prepare(const Exchange& exchange) {
  CURL* curl = handle_.get();
  const Request& request = exchange.request;
  HeaderList headers;
  const auto add = [&](const std::string& line) {
    curl_slist* longer = curl_slist_append(headers.get(), line.c_str());
    if (!longer) throw std::bad_alloc();
    static_cast<void>(headers.release());
    headers.reset(longer);
  };
  bool typed = false;
  for (const auto& [name, value] : request.headers) {
    add(header_line(name, value));
    typed = typed || equal_ignoring_case(name, "Content-Type");
  }
  if (!exchange.authorization.empty()) add(header_line("Authorization", exchange.authorization));
  const bool has_body =
      request.method == Method::post || request.method == Method::put || !request.body.empty();
  if (has_body) {
    add("Expect:");                    // no "Expect: 100-continue" before large bodies
    if (!typed) add("Content-Type:");  // no default Content-Type of libcurl
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.size()));
  } else {
    curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
  }
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method_name(request.method).data());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  // As written: libcurl changes the case of percent-encoded bytes, and a digest covers them.
  curl_easy_setopt(curl, CURLOPT_REQUEST_TARGET, exchange.target.request.c_str());
  curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, request.reading ? 0L : 1L);
  // 0 where the status is enough: libcurl would fail in the middle of the header; on_body() bounds
  // what is kept of the body.
  const std::size_t most_announced = request.status_is_enough ? 0 : request.body_limit;
  curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(most_announced));
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, trust_.checks_name(exchange.target) ? 2L : 0L);
  return headers;
}

Response Channel::perform(const Exchange& exchange) {
  if (stop_.stopped()) throw Error(ErrorKind::network, "stopped");
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(exchange.until - Time::now());
  if (left.count() <= 0)
    throw Error(ErrorKind::timeout, "no answer from " + exchange.target.where + " within " +
                                        duration_text(exchange.timeout));
  Heartbeat::beat();
  transfer_ = Transfer{.exchange = &exchange};
  trust_.begin();
  error_text_[0] = '\0';
  const HeaderList headers = prepare(exchange);
  set_deadline(left);
  CURLcode code = curl_easy_perform(handle_.get());
  if (was_closed_while_idle(code)) code = perform_again(exchange);
  if (was_name_not_found(code)) code = perform_at_last_address(exchange);
  Heartbeat::beat();
  curl_easy_setopt(handle_.get(), CURLOPT_HTTPHEADER, nullptr);  // `headers` goes away now

  long status = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
  transfer_.response.status = static_cast<int>(status);
  log(exchange, code);
  if (stop_.stopped()) throw Error(ErrorKind::network, "stopped");
  if (transfer_.thrown) std::rethrow_exception(transfer_.thrown);
  // libcurl takes a header that was cut off for a whole one.
  const bool cut = code == CURLE_OK && (!transfer_.header_complete || status < 200);
  const bool is_enough =
      exchange.request.status_is_enough && transfer_.header_complete && status >= 200;
  if (cut || (code != CURLE_OK && !is_enough))
    throw failure(cut ? CURLE_PARTIAL_FILE : code, exchange);
  remember_address(exchange);
  if (exchange.target.https) transfer_.response.handshake = handshake();
  return std::move(transfer_.response);
}

/// libcurl itself sends again when a kept connection turns out to be closed, but counts these
/// retries over the life of the handle (7.88: state.retrycount), and every sixth fails.
bool Channel::was_closed_while_idle(CURLcode code) const {
  const bool broken =
      code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR || code == CURLE_GOT_NOTHING;
  return broken && transfer_.socket < 0 && transfer_.header_bytes == 0 && transfer_.sent <= 1 &&
         transfer_.exchange->request.reading && !stop_.stopped();
}

CURLcode Channel::perform_again(const Exchange& exchange) {
  const auto left = exchange.until - Time::now();
  if (left < std::chrono::milliseconds(1)) return CURLE_OPERATION_TIMEDOUT;
  set_deadline(std::chrono::ceil<std::chrono::milliseconds>(left));
  return curl_easy_perform(handle_.get());
}

/// Also true if the lookup timed out: at home the name server is usually the box itself, which may
/// be down.
bool Channel::was_name_not_found(CURLcode code) const {
  const bool not_found =
      code == CURLE_COULDNT_RESOLVE_HOST ||
      (code == CURLE_OPERATION_TIMEDOUT && transfer_.socket < 0 && transfer_.sent == 0);
  return not_found && !last_address_.empty() && !stop_.stopped();
}

CURLcode Channel::perform_at_last_address(const Exchange& exchange) {
  const bool is_v6 = last_address_.find(':') != std::string::npos;
  const std::string entry =
      "+" + exchange.target.where + ":" + (is_v6 ? "[" + last_address_ + "]" : last_address_);
  log_event(LogLevel::debug,
            exchange.target.host + ": name not found; asked at its last address, " + last_address_);
  const HeaderList list(curl_slist_append(nullptr, entry.c_str()));
  curl_easy_setopt(handle_.get(), CURLOPT_RESOLVE, list.get());
  curl_easy_setopt(handle_.get(), CURLOPT_DNS_CACHE_TIMEOUT,
                   60L);  // with 0 the entry would be outdated at once
  const CURLcode code = perform_again(exchange);
  curl_easy_setopt(handle_.get(), CURLOPT_DNS_CACHE_TIMEOUT, 0L);
  curl_easy_setopt(handle_.get(), CURLOPT_RESOLVE, nullptr);
  return code;
}

void Channel::remember_address(const Exchange& exchange) {
  if (transfer_.socket < 0 || exchange.target.address) return;
  const char* address = nullptr;
  curl_easy_getinfo(handle_.get(), CURLINFO_PRIMARY_IP, &address);
  if (address != nullptr) last_address_ = address;
}

void Channel::set_deadline(std::chrono::milliseconds left) {
  curl_easy_setopt(handle_.get(), CURLOPT_TIMEOUT_MS, long(left.count()));
  curl_easy_setopt(handle_.get(), CURLOPT_CONNECTTIMEOUT_MS,
                   long(std::min(left, kConnectTimeout).count()));
}

Error Channel::failure(CURLcode code, const Exchange& exchange) {
  const std::string answer = "the answer of " + exchange.target.where;
  if (transfer_.too_many_headers)
    return {ErrorKind::too_large, "the header of " + answer + " is larger than " +
                                      std::to_string(kHeaderLimit) + " bytes or " +
                                      std::to_string(kHeaderLines) + " lines"};
  // A single line that does not end: at 100 KB libcurl says that, or (before 8.6) that it is out of
  // memory.
  if ((code == CURLE_OUT_OF_MEMORY || code == kTooLarge) && !transfer_.header_complete)
    return {ErrorKind::too_large, "the header of " + answer + " has a line without an end"};
  if (transfer_.body_too_large || code == CURLE_FILESIZE_EXCEEDED)
    return {ErrorKind::too_large,
            answer + " is larger than " + std::to_string(exchange.request.body_limit) + " bytes"};
  const std::string detail = error_text_[0] ? error_text_.c_str() : curl_easy_strerror(code);
  if (is_tls_failure(code))
    return trust_.failure(exchange.target, code == CURLE_PEER_FAILED_VERIFICATION, detail);

  long os_error = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_OS_ERRNO, &os_error);
  return transport_error(code, exchange.target,
                         {.socket = transfer_.socket >= 0,
                          .connected = transfer_.connected,
                          .sent = transfer_.sent > 0,
                          .received = transfer_.header_bytes > 0,
                          .os_error = static_cast<int>(os_error),
                          .timeout = exchange.timeout,
                          .connect_timeout = std::min(exchange.timeout, kConnectTimeout),
                          .detail = detail});
}

/// Logs neither the query (it may hold a session id) nor headers nor bodies.
void Channel::log(const Exchange& exchange, CURLcode code) {
  if (!is_logged(LogLevel::debug)) return;
  double seconds = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_TOTAL_TIME, &seconds);
  const auto& target = exchange.target.request;
  log_event(LogLevel::debug,
            fmt::format("{} {}{}: {}, {} bytes in {:.1f} ms", method_name(exchange.request.method),
                        exchange.target.where, target.substr(0, target.find('?')),
                        code == CURLE_OK ? std::to_string(transfer_.response.status)
                                         : curl_easy_strerror(code),
                        transfer_.response.body.size(), seconds * 1e3));
}

template <typename Step, typename Result>
Result Channel::guarded(Result on_throw, Step&& step) {
  try {
    return step();
  } catch (...) {
    transfer_.thrown = std::current_exception();
    return on_throw;
  }
}

bool Channel::add_header(std::string_view line) {
  transfer_.header_bytes += line.size();
  transfer_.too_many_headers =
      transfer_.header_bytes > kHeaderLimit || ++transfer_.header_lines > kHeaderLines;
  if (transfer_.too_many_headers) return false;
  line = trim(line);
  auto& headers = transfer_.response.headers;
  if (line.starts_with("HTTP/")) {  // also after a 100
    headers.clear();
    transfer_.header_complete = false;
  } else if (line.empty()) {
    transfer_.header_complete = true;
  } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
    headers.emplace_back(lower(trim(line.substr(0, colon))), trim(line.substr(colon + 1)));
  }
  return true;
}

/// Called before each sending of a request, when there is a connection for it.  The second time,
/// libcurl has found the kept connection closed without a byte of an answer.
bool Channel::may_send() {
  trust_.remember_key(transfer_.exchange->target);
  if (transfer_.sent == (transfer_.exchange->request.reading ? 2 : 1)) return false;
  ++transfer_.sent;
  return true;
}

std::size_t Channel::on_header(char* text, std::size_t size, std::size_t count, void* self) {
  auto& channel = *static_cast<Channel*>(self);
  const std::size_t length = size * count;
  return channel.guarded(std::size_t{0}, [&] {
    return channel.add_header({text, length}) ? length : std::size_t{0};
  });
}

std::size_t Channel::on_body(char* text, std::size_t size, std::size_t count, void* self) {
  auto& channel = *static_cast<Channel*>(self);
  const std::size_t length = size * count;
  return channel.guarded(std::size_t{0}, [&]() -> std::size_t {
    Transfer& transfer = channel.transfer_;
    transfer.body_too_large =
        length > transfer.exchange->request.body_limit - transfer.response.body.size();
    if (transfer.body_too_large) return 0;
    transfer.response.body.append(text, length);
    return length;
  });
}

int Channel::on_progress(void* self, curl_off_t, curl_off_t received, curl_off_t, curl_off_t) {
  auto& channel = *static_cast<Channel*>(self);
  const auto limit = channel.transfer_.exchange->request.body_limit;
  if (received > static_cast<curl_off_t>(limit)) channel.transfer_.body_too_large = true;
  return channel.transfer_.body_too_large || channel.stop_.stopped();
}

int Channel::on_connected(void* self, char*, char*, int, int) {
  auto& channel = *static_cast<Channel*>(self);
  return channel.guarded(int{CURL_PREREQFUNC_ABORT}, [&]() -> int {
    return channel.may_send() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
  });
}

curl_socket_t Channel::on_open(void* self, curlsocktype, curl_sockaddr* address) {
  auto& channel = *static_cast<Channel*>(self);
  const int socket = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (socket < 0) return CURL_SOCKET_BAD;
  if (!channel.guarded(false, [&] { return channel.stop_.opened(socket); })) {
    ::close(socket);
    return CURL_SOCKET_BAD;
  }
  channel.transfer_.socket = socket;
  return socket;
}

int Channel::on_close(void* self, curl_socket_t socket) {
  auto& channel = *static_cast<Channel*>(self);
  // libcurl does not tell whether a connection was made on which the TLS handshake failed.
  sockaddr_storage peer = {};
  socklen_t size = sizeof peer;
  if (socket == channel.transfer_.socket)
    channel.transfer_.connected =
        ::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) == 0;
  channel.stop_.closed(socket);
  return ::close(socket);
}

CURLcode Channel::on_tls(CURL*, void* context, void* self) {
  auto& channel = *static_cast<Channel*>(self);
  return channel.guarded(CURLE_ABORTED_BY_CALLBACK, [&] {
    auto* tls = static_cast<SSL_CTX*>(context);
    // A connection that waits for the next poll keeps no buffers, which saves 34 KB per box.
    SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS);
    channel.trust_.prepare(tls);
    return CURLE_OK;
  });
}

}  // namespace boxmeter::http
