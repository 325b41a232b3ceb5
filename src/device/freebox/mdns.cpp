#include <avahi-client/client.h>
#include <avahi-client/lookup.h>
#include <avahi-common/error.h>
#include <avahi-common/malloc.h>
#include <avahi-common/simple-watch.h>
#include <avahi-common/strlst.h>

#include <memory>

#include "device/freebox/discovery.h"

// The only place that knows avahi.  Its callbacks run within avahi_simple_poll_iterate(), in the
// thread that looks.
namespace boxmeter::freebox {
namespace {

constexpr int kStepMs = 50;  // how soon a stop is noticed

struct Look {
  AvahiClient* client = nullptr;
  std::vector<ApiVersion> boxes = {};
  unsigned resolving = 0;
  bool browsed = false;  // avahi has told all that it knows for now
};

std::map<std::string, std::string> pairs_of(AvahiStringList* list) {
  std::map<std::string, std::string> text;
  for (; list != nullptr; list = avahi_string_list_get_next(list)) {
    char* key = nullptr;
    char* value = nullptr;
    if (avahi_string_list_get_pair(list, &key, &value, nullptr) != 0) continue;
    if (key != nullptr && value != nullptr) text[key] = value;
    avahi_free(key);
    avahi_free(value);
  }
  return text;
}

// NOLINTBEGIN(readability-function-size): the arguments are avahi's
void resolved(AvahiServiceResolver* resolver, AvahiIfIndex, AvahiProtocol, AvahiResolverEvent event,
              const char* name, const char*, const char*, const char*, const AvahiAddress*,
              std::uint16_t, AvahiStringList* text, AvahiLookupResultFlags, void* data) {
  auto& look = *static_cast<Look*>(data);
  --look.resolving;
  if (event == AVAHI_RESOLVER_FOUND) {
    try {
      std::map<std::string, std::string> pairs = pairs_of(text);
      if (name != nullptr) pairs["device_name"] = name;
      look.boxes.push_back(parse_announcement(pairs));
    } catch (const std::exception&) {
      // Something else announces itself under this name; no exception may pass through C.
    }
  }
  avahi_service_resolver_free(resolver);
}

void browsed(AvahiServiceBrowser*, AvahiIfIndex interface, AvahiProtocol protocol,
             AvahiBrowserEvent event, const char* name, const char* type, const char* domain,
             AvahiLookupResultFlags, void* data) {
  auto& look = *static_cast<Look*>(data);
  if (event == AVAHI_BROWSER_ALL_FOR_NOW || event == AVAHI_BROWSER_FAILURE) look.browsed = true;
  if (event != AVAHI_BROWSER_NEW) return;
  const AvahiServiceResolver* resolver =
      avahi_service_resolver_new(look.client, interface, protocol, name, type, domain,
                                 AVAHI_PROTO_UNSPEC, AvahiLookupFlags(0), &resolved, &look);
  if (resolver != nullptr) ++look.resolving;
}
// NOLINTEND(readability-function-size)

void state_changed(AvahiClient*, AvahiClientState, void*) {}

Error failure(int code) {
  return {ErrorKind::network,
          std::string("avahi's daemon does not answer (") + avahi_strerror(code) + ")"};
}

}  // namespace

std::vector<ApiVersion> announced(std::chrono::milliseconds wait, const http::Stop& stop) {
  const auto until = std::chrono::steady_clock::now() + wait;
  const std::unique_ptr<AvahiSimplePoll, decltype(&avahi_simple_poll_free)> poll(
      avahi_simple_poll_new(), &avahi_simple_poll_free);
  if (!poll) throw failure(AVAHI_ERR_NO_MEMORY);
  int error = 0;
  const std::unique_ptr<AvahiClient, decltype(&avahi_client_free)> client(
      avahi_client_new(avahi_simple_poll_get(poll.get()), AvahiClientFlags(0), &state_changed,
                       nullptr, &error),
      &avahi_client_free);
  if (!client) throw failure(error);
  Look look{.client = client.get()};
  // The client frees the browser, and the resolvers that have not answered in time.
  if (avahi_service_browser_new(client.get(), AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC, "_fbx-api._tcp",
                                nullptr, AvahiLookupFlags(0), &browsed, &look) == nullptr)
    throw failure(avahi_client_errno(client.get()));
  while (std::chrono::steady_clock::now() < until && !stop.stopped() &&
         !(look.browsed && look.resolving == 0))
    if (avahi_simple_poll_iterate(poll.get(), kStepMs) != 0) break;
  return std::move(look.boxes);
}

}  // namespace boxmeter::freebox
