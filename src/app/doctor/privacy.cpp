#include <algorithm>

#include "app/doctor/doctor.h"
#include "base/environment.h"
#include "http/url.h"
#include "record/forms.h"

namespace boxmeter::doctor {

Hiding::Hiding(const Config& config) {
  const auto add = [&](const std::string& text, const char* instead) {
    if (text.size() > 1) known_.emplace_back(text, instead);
  };
  const auto add_host = [&](const std::string& url) {
    if (const auto parsed = http::parse_url(url)) add(parsed->host, "<address>");
  };
  for (const Job& job : config.jobs) {
    add_host(job.device.url);
    add(job.device.username, "<user>");
  }
  for (const SinkOptions& sink : config.push) {
    add_host(sink.url);
    add(sink.username, "<user>");
  }
  add(environment("HOME").value_or(""), "~");
  // The longest first: one may be a part of another.
  std::ranges::sort(known_,
                    [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
}

std::string Hiding::operator()(std::string text) const {
  for (const auto& [original, instead] : known_)
    for (std::size_t at = 0; (at = text.find(original, at)) != std::string::npos;
         at += instead.size())
      text.replace(at, original.size(), instead);
  const std::vector<record::Find> found = record::find_forms(text);
  for (auto find = found.rbegin(); find != found.rend(); ++find)
    text.replace(find->at, find->size, find->form == record::Form::mail ? "<mail>" : "<address>");
  return text;
}

}  // namespace boxmeter::doctor
