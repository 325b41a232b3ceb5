#pragma once
#include <span>
#include <string>
#include <string_view>

// What reads bytes of others, one row per parser: fed by libFuzzer (./dev fuzz), and by a unit test
// with the corpus that it left.
namespace boxmeter::fuzz {

struct Target {
  std::string_view name;
  std::string_view seeds;  // of tests/recordings and config: a glob; what the fuzzer starts from
  /// Reads `input` and checks what must hold of the outcome.  Throws Error for an input that is
  /// refused, as the parser does, and anything else for a defect.
  void (*run)(std::string_view input);
};

std::span<const Target> targets();

/// Throws std::logic_error: a promise of the parser is broken.
void expect(bool holds, const char* promise);

/// Runs one input: a refusal is fine when its text is one line of UTF-8, whatever the input was.
void feed(const Target& target, std::string_view input);

// tests/fuzz/fritzbox.cpp
void soap(std::string_view input);
void scpd(std::string_view input);
void description(std::string_view input);
void document(std::string_view input);
void aha(std::string_view input);
void web_page(std::string_view input);
void call_lines(std::string_view input);
void login(std::string_view input);
// tests/fuzz/freebox.cpp
void envelope(std::string_view input);
void api_version(std::string_view input);
void freebox_path(std::string_view input);
void command(std::string_view input);
void mdns(std::string_view input);
// tests/fuzz/http.cpp
void challenge(std::string_view input);
void request(std::string_view input);
void url(std::string_view input);
// tests/fuzz/config.cpp
void configuration(std::string_view input);
void pack(std::string_view input);
// tests/fuzz/record.cpp
void scrub(std::string_view input);

}  // namespace boxmeter::fuzz
