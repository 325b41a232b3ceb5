#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/poll_once.h"
#include "base/file.h"
#include "config/config.h"

// `boxmeter doctor`: checks what works and what does not, and names the way out.  One thread.
namespace boxmeter::doctor {

/// The result of one check.
struct Finding {
  std::string device = {};  // empty: about boxmeter itself
  std::string check = {};   // "login", "query fritzbox_dsl"
  std::string state = {};   // ok, unsupported, denied, idle, failing, not asked, warning
  std::string what = {};
  std::string way_out = {};
};
using Findings = std::vector<Finding>;

/// The refusal that led to this state of a query.
Refusal refusal_of(Support support);
/// What a person can do about an error of a box of this kind; empty if the message says it.
std::string way_out(ErrorKind error, Refusal refusal, const DeviceKind& kind);

/// A failed check as a finding.
Finding failed(const Job& job, std::string check, const Error& error);

/// services.cpp: a finding for each part of the box that the queries need, from the requests of one
/// turn.  Pure.
Findings services(const Job& job, const Outcome& outcome);

/// encryption.cpp: why the device's certificate is trusted, and until when it is valid.  Pure.
Finding encryption(const DeviceConfig& device, const http::Handshake& shown,
                   WallClock::time_point now);

/// boxes.cpp: checks name, connection, encryption, login, services and every query of one device.
Findings examine(const Job& given, const PollOptions& poll);
/// boxes.cpp: for one metric on one device, which queries give it, what they ask, and what the box
/// answers.  Empty: none of the device's queries gives it.
Findings trace(const Job& given, const PollOptions& poll, std::string_view metric);

/// files.cpp: checks whether other users can read or change files that they should not, among those
/// that the configuration was read from.  Throws Error{config} if one no longer exists.
Findings files(const Config& config, const FileHashes& read);

/// surroundings.cpp: checks clock, state_dir, limits, web.listen and the sinks.
Findings surroundings(const Config& config);

/// privacy.cpp: redacts what could identify a person: addresses, MACs, user names, hosts of the
/// configuration, the home folder.
class Redactor {
 public:
  explicit Redactor(const Config& config);
  std::string operator()(std::string text) const;

 private:
  std::vector<std::pair<std::string, std::string>> known_;  // and its replacement
};

}  // namespace boxmeter::doctor
