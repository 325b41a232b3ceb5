#include "device/fritzbox/json.h"

#include "base/error.h"
#include "base/text.h"

namespace boxmeter::fritzbox {
namespace {

constexpr std::size_t kDeepest = 64;

}  // namespace

Reply parse_json(std::string_view body) {
  const std::string utf8 = repair_utf8(body);
  if (json_depth(utf8) > kDeepest)
    throw Error(ErrorKind::too_large,
                "the answer is nested deeper than " + std::to_string(kDeepest) + " levels");
  try {
    return Reply::parse(utf8);
  } catch (const Reply::exception&) {  // its text quotes the document
    throw Error(ErrorKind::protocol, "the answer is not JSON");
  }
}

}  // namespace boxmeter::fritzbox
