#pragma once
#include <curl/curl.h>

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

#include "http/client.h"
#include "http/failure.h"
#include "http/target.h"
#include "http/tls.h"

namespace boxmeter::http {

/// The name in the request line.
std::string_view method_name(Method method);

/// One libcurl handle and the connection that it keeps alive.  Knows nothing of logins.  One thread
/// at a time; not movable, since libcurl calls back.
class Channel {
 public:
  /// Touches no network.
  Channel(const TlsPolicy& tls, Stop& stop);
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  using Time = std::chrono::steady_clock;
  struct Exchange {
    const Request& request;
    const Target& target;
    std::string authorization = {};  // value of that header; empty: none
    Time::time_point until = {};
    std::chrono::milliseconds timeout{};  // from which `until` was computed; for messages
  };

  /// One request, one response; throws as Client::send() but knows no `auth`.
  Response perform(const Exchange& exchange);

  /// Of the last TLS handshake; null before the first.
  const std::shared_ptr<const Handshake>& handshake() const { return trust_.handshake(); }

 private:
  struct FreeHandle {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };
  struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  using HeaderList = std::unique_ptr<curl_slist, FreeList>;

  /// The state of the running transfer, for the callbacks.
  struct Transfer {
    const Exchange* exchange = nullptr;
    Response response = {};
    std::size_t header_bytes = 0;
    std::size_t header_lines = 0;
    bool header_complete = false;
    bool too_many_headers = false;
    bool body_too_large = false;
    int sent = 0;            // how often the request went out
    int socket = -1;         // of the connection that was opened last
    bool connected = false;  // whether that was made; set when it is closed
    std::exception_ptr thrown = {};
  };

  void set_up();
  HeaderList prepare(const Exchange& exchange);
  void set_deadline(std::chrono::milliseconds left);
  bool was_closed_while_idle(CURLcode code) const;
  CURLcode perform_again(const Exchange& exchange);
  bool was_name_not_found(CURLcode code) const;
  CURLcode perform_at_last_address(const Exchange& exchange);
  void remember_address(const Exchange& exchange);
  Error failure(CURLcode code, const Exchange& exchange);
  void log(const Exchange& exchange, CURLcode code);

  /// Runs a step for a callback: nothing may be thrown through libcurl's C.
  template <typename Step, typename Result>
  Result guarded(Result on_throw, Step&& step);
  bool add_header(std::string_view line);
  bool may_send();

  static std::size_t on_header(char* text, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* text, std::size_t size, std::size_t count, void* self);
  static int on_progress(void* self, curl_off_t to_receive, curl_off_t received, curl_off_t to_send,
                         curl_off_t sent);
  static int on_connected(void* self, char* peer, char* own, int peer_port, int own_port);
  static curl_socket_t on_open(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int on_close(void* self, curl_socket_t socket);
  static CURLcode on_tls(CURL* handle, void* context, void* self);

  Stop& stop_;
  Trust trust_;
  std::string last_address_;  // of the server, when it was last reached; empty: never yet
  Transfer transfer_;
  std::string error_text_ = std::string(CURL_ERROR_SIZE, '\0');
  std::unique_ptr<CURL, FreeHandle> handle_;  // last: closing its connection calls back
};

}  // namespace boxmeter::http
