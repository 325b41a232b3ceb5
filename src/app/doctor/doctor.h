#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/poll_once.h"
#include "base/file.h"
#include "config/config.h"

// `boxmeter doctor`: what works, what does not, and the way out.  One thread.
namespace boxmeter::doctor {

/// What was looked at, and what came of it.
struct Finding {
  std::string device = {};  // empty: of boxmeter itself
  std::string check = {};   // "login", "query fritzbox_dsl"
  std::string state = {};   // ok, unsupported, denied, idle, failing, not asked, warning
  std::string what = {};
  std::string way_out = {};
};
using Findings = std::vector<Finding>;

/// What a query's state says of its request.
Refusal refusal_of(Support support);
/// What to do about an error of a box of this kind; empty where the message says it.
std::string way_out(ErrorKind error, Refusal refusal, const DeviceKind& kind);

/// What is wrong, as a finding.
Finding failed(const Job& job, std::string check, const Error& error);

/// services.cpp: a finding for each part of the box that the queries need, by what came of their
/// requests in one turn.  Pure.
Findings services(const Job& job, const Outcome& outcome);

/// encryption.cpp: whom the device is believed to be, and until when.  Pure.
Finding encryption(const DeviceConfig& device, const http::Handshake& shown,
                   WallClock::time_point now);

/// boxes.cpp: name, way, encryption, login, services and every query of one device.
Findings examine(const Job& given, const PollOptions& poll);
/// boxes.cpp: who gives a metric on this device, what was asked, and what the box said.  Empty:
/// nothing that the device is asked gives it.
Findings trace(const Job& given, const PollOptions& poll, std::string_view metric);

/// files.cpp: which of the files that a configuration was read from show others what they should
/// not see.  Throws Error{config} when one is gone meanwhile.
Findings files(const Config& config, const FileHashes& read);

/// surroundings.cpp: clock, state_dir, limits, our own address, the sinks.
Findings surroundings(const Config& config);

/// privacy.cpp: takes out of texts what tells whose boxes these are: addresses, MACs, user names,
/// hosts of the configuration, the home folder.
class Hiding {
 public:
  explicit Hiding(const Config& config);
  std::string operator()(std::string text) const;

 private:
  std::vector<std::pair<std::string, std::string>> known_;  // and what stands for it
};

}  // namespace boxmeter::doctor
