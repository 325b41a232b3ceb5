#include <algorithm>
#include <stdexcept>

#include "base/error.h"
#include "base/text.h"
#include "fuzz.h"
#include "yaml/mistakes.h"

namespace boxmeter::fuzz {

std::span<const Target> targets() {
  static constexpr Target kTargets[] = {
      {"soap", "tests/recordings/*/soap/*.xml", &soap},
      {"scpd", "tests/recordings/*/*SCPD.xml", &scpd},
      {"description", "tests/recordings/*/*desc.xml", &description},
      {"document", "tests/recordings/*/lists/*", &document},
      {"aha", "tests/recordings/*/aha/*.xml", &aha},
      {"web_page", "tests/recordings/*/*/*.json", &web_page},
      {"call_lines", "", &call_lines},
      {"login", "", &login},
      {"envelope", "tests/recordings/*/get/*.json", &envelope},
      {"api_version", "tests/recordings/*/api_version.json", &api_version},
      {"freebox_path", "", &freebox_path},
      {"command", "", &command},
      {"mdns", "", &mdns},
      {"challenge", "", &challenge},
      {"request", "", &request},
      {"url", "", &url},
      {"configuration", "config/*.yml", &configuration},
      {"pack", "config/queries/*.yml", &pack},
      {"scrub", "tests/recordings/*/soap/*.xml", &scrub},
  };
  return kTargets;
}

void expect(bool holds, const char* promise) {
  if (!holds) throw std::logic_error(promise);
}

/// What a person may be shown as one line.
void expect_one_line(std::string_view text) {
  expect(is_utf8(text), "an error text is UTF-8");
  expect(std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; }),
         "an error text is one line");
}

void feed(const Target& target, std::string_view input) {
  try {
    target.run(input);
  } catch (const ConfigMistakes& mistakes) {
    for (const std::string& line : mistakes.lines()) expect_one_line(line);
  } catch (const Error& error) {
    expect(error.kind() != ErrorKind::internal, "no input is a bug of ours");
    expect_one_line(error.what());
  }
}

}  // namespace boxmeter::fuzz
