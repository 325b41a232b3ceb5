#pragma once
#include <chrono>
#include <vector>

#include "device/setup.h"

// Finding the Freebox of this network, and registering boxmeter as an application of it.
namespace boxmeter::freebox {

/// This brand's functions for SetupKind, which says what each promises.
std::vector<FoundBox> find(std::chrono::milliseconds wait, http::Stop& stop);
FoundBox look(const DeviceConfig& device, http::Stop& stop);
void log_in_with(const Secret& text, DeviceConfig& device);
Secret enrol(const DeviceConfig& device, const Enrolment& enrolment, http::Stop& stop);

}  // namespace boxmeter::freebox
