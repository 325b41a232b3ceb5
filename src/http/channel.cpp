#include "http/channel.h"

#include <spdlog/fmt/fmt.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <mutex>

#include "base/log.h"
#include "base/pulse.h"
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

/// What never changes from request to request.  All that does is set by prepare(), each time.
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
  number(CURLOPT_QUICK_EXIT, 1);  // a deadline does not wait for getaddrinfo's thread
  number(CURLOPT_TCP_NODELAY, 1);
  number(CURLOPT_FOLLOWLOCATION, 0);
  number(CURLOPT_PATH_AS_IS, 1);
  number(CURLOPT_MAXCONNECTS, 1);
  number(CURLOPT_DNS_CACHE_TIMEOUT,
         0);  // no DNS cache, as the address may change; last_address_ is used if the lookup fails
  number(CURLOPT_BUFFERSIZE, 4096);          // of 16 KB: it is kept as long as the connection
  number(CURLOPT_UPLOAD_BUFFERSIZE, 16384);  // of 64 KB
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
  // The roots are ours to load: libcurl would read the system's anew for every connection.
  curl_easy_setopt(curl, CURLOPT_CAINFO, nullptr);
  curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, &Channel::on_tls);
  curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, this);
  number(CURLOPT_SSL_VERIFYPEER, trust_.checks_certificate() ? 1 : 0);
}

Channel::HeaderList Channel::prepare(const Call& call) {
  CURL* curl = handle_.get();
  const Request& request = call.request;
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
  if (!call.authorization.empty()) add(header_line("Authorization", call.authorization));
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
  curl_easy_setopt(curl, CURLOPT_REQUEST_TARGET, call.target.request.c_str());
  curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, request.reading ? 0L : 1L);
  // By it libcurl would give up in the middle of the header; on_body() stops what comes.
  const std::size_t most_announced = request.status_is_enough ? 0 : request.body_limit;
  curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(most_announced));
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, trust_.checks_name(call.target) ? 2L : 0L);
  return headers;
}

Response Channel::exchange(const Call& call) {
  if (stop_.stopped()) throw Error(ErrorKind::network, "stopped");
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(call.until - Time::now());
  if (left.count() <= 0)
    throw Error(ErrorKind::timeout,
                "no answer from " + call.target.where + " within " + in_words(call.timeout));
  Pulse::beat();
  now_ = Exchange{.call = &call};
  trust_.begin();
  error_text_[0] = '\0';
  const HeaderList headers = prepare(call);
  set_deadline(left);
  CURLcode code = curl_easy_perform(handle_.get());
  if (was_closed_while_idle(code)) code = perform_again(call);
  if (was_name_not_found(code)) code = perform_at_last_address(call);
  Pulse::beat();
  curl_easy_setopt(handle_.get(), CURLOPT_HTTPHEADER, nullptr);  // `headers` goes away now

  long status = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
  now_.response.status = static_cast<int>(status);
  log(call, code);
  if (stop_.stopped()) throw Error(ErrorKind::network, "stopped");
  if (now_.thrown) std::rethrow_exception(now_.thrown);
  // libcurl takes a header that was cut off for a whole one.
  const bool cut = code == CURLE_OK && (!now_.header_complete || status < 200);
  const bool told = call.request.status_is_enough && now_.header_complete && status >= 200;
  if (cut || (code != CURLE_OK && !told)) throw failure(cut ? CURLE_PARTIAL_FILE : code, call);
  remember_address(call);
  if (call.target.https) now_.response.handshake = handshake();
  return std::move(now_.response);
}

/// libcurl sends again by itself when a kept connection turns out to be closed, but counts these
/// over the life of the handle (7.88: state.retrycount) and fails each sixth.
bool Channel::was_closed_while_idle(CURLcode code) const {
  const bool broken =
      code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR || code == CURLE_GOT_NOTHING;
  return broken && now_.socket < 0 && now_.header_bytes == 0 && now_.sent <= 1 &&
         now_.call->request.reading && !stop_.stopped();
}

CURLcode Channel::perform_again(const Call& call) {
  const auto left = call.until - Time::now();
  if (left < std::chrono::milliseconds(1)) return CURLE_OPERATION_TIMEDOUT;
  set_deadline(std::chrono::ceil<std::chrono::milliseconds>(left));
  return curl_easy_perform(handle_.get());
}

/// Also true if the lookup timed out: at home the name server is usually the box itself, which may
/// be down.
bool Channel::was_name_not_found(CURLcode code) const {
  const bool not_found = code == CURLE_COULDNT_RESOLVE_HOST ||
                         (code == CURLE_OPERATION_TIMEDOUT && now_.socket < 0 && now_.sent == 0);
  return not_found && !last_address_.empty() && !stop_.stopped();
}

CURLcode Channel::perform_at_last_address(const Call& call) {
  const bool is_v6 = last_address_.find(':') != std::string::npos;
  const std::string entry =
      "+" + call.target.where + ":" + (is_v6 ? "[" + last_address_ + "]" : last_address_);
  log_event(LogLevel::debug,
            call.target.host + ": name not found; asked at its last address, " + last_address_);
  const HeaderList list(curl_slist_append(nullptr, entry.c_str()));
  curl_easy_setopt(handle_.get(), CURLOPT_RESOLVE, list.get());
  curl_easy_setopt(handle_.get(), CURLOPT_DNS_CACHE_TIMEOUT, 60L);  // else it is outdated at once
  const CURLcode code = perform_again(call);
  curl_easy_setopt(handle_.get(), CURLOPT_DNS_CACHE_TIMEOUT, 0L);
  curl_easy_setopt(handle_.get(), CURLOPT_RESOLVE, nullptr);
  return code;
}

void Channel::remember_address(const Call& call) {
  if (now_.socket < 0 || call.target.address) return;
  const char* address = nullptr;
  curl_easy_getinfo(handle_.get(), CURLINFO_PRIMARY_IP, &address);
  if (address != nullptr) last_address_ = address;
}

void Channel::set_deadline(std::chrono::milliseconds left) {
  curl_easy_setopt(handle_.get(), CURLOPT_TIMEOUT_MS, long(left.count()));
  curl_easy_setopt(handle_.get(), CURLOPT_CONNECTTIMEOUT_MS,
                   long(std::min(left, kConnectTimeout).count()));
}

Error Channel::failure(CURLcode code, const Call& call) {
  const std::string answer = "the answer of " + call.target.where;
  if (now_.too_many_headers)
    return {ErrorKind::too_large, "the header of " + answer + " is larger than " +
                                      std::to_string(kHeaderLimit) + " bytes or " +
                                      std::to_string(kHeaderLines) + " lines"};
  // A single line that does not end: at 100 KB libcurl says that, or (before 8.6) that it is out of
  // memory.
  if ((code == CURLE_OUT_OF_MEMORY || code == kTooLarge) && !now_.header_complete)
    return {ErrorKind::too_large, "the header of " + answer + " has a line without an end"};
  if (now_.body_too_large || code == CURLE_FILESIZE_EXCEEDED)
    return {ErrorKind::too_large,
            answer + " is larger than " + std::to_string(call.request.body_limit) + " bytes"};
  const std::string detail = error_text_[0] ? error_text_.c_str() : curl_easy_strerror(code);
  if (is_tls_failure(code))
    return trust_.failure(call.target, code == CURLE_PEER_FAILED_VERIFICATION, detail);

  long os_error = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_OS_ERRNO, &os_error);
  return transport_error(code, call.target,
                         {.socket = now_.socket >= 0,
                          .connected = now_.connected,
                          .sent = now_.sent > 0,
                          .received = now_.header_bytes > 0,
                          .os_error = static_cast<int>(os_error),
                          .timeout = call.timeout,
                          .connect_timeout = std::min(call.timeout, kConnectTimeout),
                          .detail = detail});
}

/// Neither the query (a session id may stand there) nor a header, nor a body.
void Channel::log(const Call& call, CURLcode code) {
  if (!is_logged(LogLevel::debug)) return;
  double seconds = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_TOTAL_TIME, &seconds);
  const auto& target = call.target.request;
  log_event(LogLevel::debug,
            fmt::format(
                "{} {}{}: {}, {} bytes in {:.1f} ms", method_name(call.request.method),
                call.target.where, target.substr(0, target.find('?')),
                code == CURLE_OK ? std::to_string(now_.response.status) : curl_easy_strerror(code),
                now_.response.body.size(), seconds * 1e3));
}

template <typename Step, typename Result>
Result Channel::guarded(Result on_throw, Step&& step) {
  try {
    return step();
  } catch (...) {
    now_.thrown = std::current_exception();
    return on_throw;
  }
}

bool Channel::take_header(std::string_view line) {
  now_.header_bytes += line.size();
  now_.too_many_headers = now_.header_bytes > kHeaderLimit || ++now_.header_lines > kHeaderLines;
  if (now_.too_many_headers) return false;
  line = trim(line);
  auto& headers = now_.response.headers;
  if (line.starts_with("HTTP/")) {  // also after a 100
    headers.clear();
    now_.header_complete = false;
  } else if (line.empty()) {
    now_.header_complete = true;
  } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
    headers.emplace_back(lower(trim(line.substr(0, colon))), trim(line.substr(colon + 1)));
  }
  return true;
}

/// Called before each sending of a request, when there is a connection for it.  The second time,
/// libcurl has found the kept connection closed without a byte of an answer.
bool Channel::may_send() {
  trust_.accepted(now_.call->target);
  if (now_.sent == (now_.call->request.reading ? 2 : 1)) return false;
  ++now_.sent;
  return true;
}

std::size_t Channel::on_header(char* text, std::size_t size, std::size_t count, void* self) {
  auto& channel = *static_cast<Channel*>(self);
  const std::size_t length = size * count;
  return channel.guarded(std::size_t{0}, [&] {
    return channel.take_header({text, length}) ? length : std::size_t{0};
  });
}

std::size_t Channel::on_body(char* text, std::size_t size, std::size_t count, void* self) {
  auto& channel = *static_cast<Channel*>(self);
  const std::size_t length = size * count;
  return channel.guarded(std::size_t{0}, [&]() -> std::size_t {
    Exchange& now = channel.now_;
    now.body_too_large = length > now.call->request.body_limit - now.response.body.size();
    if (now.body_too_large) return 0;
    now.response.body.append(text, length);
    return length;
  });
}

int Channel::on_progress(void* self, curl_off_t, curl_off_t received, curl_off_t, curl_off_t) {
  auto& channel = *static_cast<Channel*>(self);
  const auto limit = channel.now_.call->request.body_limit;
  if (received > static_cast<curl_off_t>(limit)) channel.now_.body_too_large = true;
  return channel.now_.body_too_large || channel.stop_.stopped();
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
  channel.now_.socket = socket;
  return socket;
}

int Channel::on_close(void* self, curl_socket_t socket) {
  auto& channel = *static_cast<Channel*>(self);
  // libcurl does not say it of a connection on which TLS was never agreed on.
  sockaddr_storage peer = {};
  socklen_t size = sizeof peer;
  if (socket == channel.now_.socket)
    channel.now_.connected = ::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) == 0;
  channel.stop_.closed(socket);
  return ::close(socket);
}

CURLcode Channel::on_tls(CURL*, void* context, void* self) {
  auto& channel = *static_cast<Channel*>(self);
  return channel.guarded(CURLE_ABORTED_BY_CALLBACK, [&] {
    auto* tls = static_cast<SSL_CTX*>(context);
    // A connection that waits for the next poll keeps no buffers: 34 KB of every box.
    SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS);
    channel.trust_.prepare(tls);
    return CURLE_OK;
  });
}

}  // namespace boxmeter::http
