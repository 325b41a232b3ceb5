#include "device/fritzbox/box.h"

#include <utility>

#include "device/fritzbox/target.h"

namespace boxmeter::fritzbox {

Box::Box(DeviceConfig config, http::Stop& stop)
    : config_(std::move(config)),
      client_({.timeout = config_.timeout,
               .tls = config_.tls,
               .auth = http::Auth::digest,
               .username = config_.username,
               .password = config_.credential.value},
              stop) {}

Reply Box::call(const Request& request) {
  check(request);
  throw Error(ErrorKind::internal, describe(request) + " cannot be asked yet");
}

}  // namespace boxmeter::fritzbox
