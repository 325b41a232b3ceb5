#pragma once
#include <chrono>
#include <vector>

#include "device/setup.h"

// The Freebox of this network, and how boxmeter becomes an application of it.
namespace boxmeter::freebox {

/// SetupKind's functions of this brand.
std::vector<FoundBox> find(std::chrono::milliseconds wait, http::Stop& stop);
FoundBox look(const DeviceConfig& device, http::Stop& stop);
void log_in_with(const Secret& text, DeviceConfig& device);
Secret enrol(const DeviceConfig& device, const Enrolment& enrolment, http::Stop& stop);

}  // namespace boxmeter::freebox
