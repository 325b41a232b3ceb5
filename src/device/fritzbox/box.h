#pragma once
#include "device/device.h"

namespace boxmeter::fritzbox {

class Box : public Device {
 public:
  Box(DeviceConfig config, http::Stop& stop);

  Reply call(const Request& request) override;
  Epoch epoch() const override { return epoch_; }
  std::uint64_t logins() const override { return client_.logins(); }

 private:
  DeviceConfig config_;
  Epoch epoch_;
  http::Client client_;
};

}  // namespace boxmeter::fritzbox
