#include <algorithm>
#include <cctype>

#include "app/doctor/doctor.h"
#include "base/environment.h"
#include "http/url.h"
#include "record/forms.h"

namespace boxmeter::doctor {
namespace {

constexpr std::string_view kUser = "<user>";
/// As our examples call the user of a listener: tells of nobody, and is a part of many a file name.
constexpr std::string_view kOurs = "boxmeter";

bool is_in_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
}

/// Whether the text at `at` is the name of a user, not part of another word or "call monitor":
/// users may be called 'monitor' or 'box'.
bool is_user(std::string_view text, std::size_t at, std::size_t size) {
  const std::string_view before = text.substr(0, at);
  if (!before.empty() && is_in_word(before.back())) return false;
  if (at + size < text.size() && is_in_word(text[at + size])) return false;
  return !before.ends_with("call ");  // the call monitor is a part of the box
}

}  // namespace

Redactor::Redactor(const Config& config) {
  const auto add = [&](const std::string& text, const char* instead) {
    if (text.size() > 1 && text != kOurs) known_.emplace_back(text, instead);
  };
  const auto add_host = [&](const std::string& url) {
    if (const auto parsed = http::parse_url(url)) add(parsed->host, "<address>");
  };
  for (const Job& job : config.jobs) {
    add_host(job.device.url);
    add(job.device.username, kUser.data());
  }
  for (const SinkOptions& sink : config.push) {
    add_host(sink.url);
    add(sink.username, kUser.data());
  }
  add(environment("HOME").value_or(""), "~");
  // The longest first, since one may be part of another.
  std::ranges::sort(known_,
                    [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
}

std::string Redactor::operator()(std::string text) const {
  for (const auto& [original, instead] : known_)
    for (std::size_t at = 0; (at = text.find(original, at)) != std::string::npos; ++at)
      if (instead != kUser || is_user(text, at, original.size())) {
        text.replace(at, original.size(), instead);
        at += instead.size() - 1;
      }
  const std::vector<record::FormMatch> found = record::find_forms(text);
  for (auto find = found.rbegin(); find != found.rend(); ++find)
    text.replace(find->at, find->size, find->form == record::Form::mail ? "<mail>" : "<address>");
  return text;
}

}  // namespace boxmeter::doctor
