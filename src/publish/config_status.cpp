#include "publish/config_status.h"

#include "base/text.h"
#include "publish/utc_text.h"

namespace boxmeter {

std::string as_comments(const ConfigStatus& status) {
  std::string text = "# " + status.file + ", read " + utc_text(status.read) + "\n";
  if (!status.last_reload || status.last_reload->outcome.successful) return text;
  text += "# reload failed " + utc_text(status.last_reload->when) + "\n";
  for (const auto line : split(trim(status.last_reload->outcome.text), '\n'))
    text.append("#   ").append(line).append("\n");
  return text;
}

}  // namespace boxmeter
