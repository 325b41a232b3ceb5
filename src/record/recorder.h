#pragma once
#include <functional>
#include <string>
#include <vector>

#include "device/kinds.h"
#include "metric/query.h"
#include "record/scrub.h"

namespace boxmeter::record {

/// Progress after each question, except one that ends the recording with an Error.  `known`:
/// questions found so far; the total may grow.  `problem`: why it was not answered (empty: it was).
struct Step {
  std::size_t asked = 0;
  std::size_t known = 0;
  std::string question = {};
  std::string problem = {};
};
using OnStep = std::function<void(const Step&)>;

/// Asks a box every question its brand lists, and what `queries` ask beside, one at a time, each
/// once, and returns the recording, with what the queries read of each file.  Its texts
/// are NOT anonymised: pass them to scrub() before writing them.  A failed question is only
/// reported. Throws Error for a refused login (auth), and after kMostUnanswered questions in a row
/// that ended in timeout, network or tls.  `config.state_dir` and `config.tap` are ignored;
/// `on_step` must be set.
std::vector<File> ask_everything(const DeviceConfig& config, const DeviceKind& kind,
                                 const std::vector<QueryPtr>& queries, http::Stop& stop,
                                 const OnStep& on_step);
/// Questions in a row without any answer, after which the box is given up.
constexpr int kMostUnanswered = 3;

}  // namespace boxmeter::record
