#include "yaml/synonyms.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"

namespace boxmeter {
namespace {

/// Keys that people bring along from the files of other programs, and what is meant here.
struct Synonym {
  std::string_view word, key;
  std::string_view more = {};
};
constexpr Synonym kSynonyms[] = {
    {"host", "url"},
    {"hostname", "url"},
    {"address", "url"},
    {"addr", "url"},
    {"ip", "url"},
    {"target", "url"},
    {"endpoint", "url"},
    {"port", "url", ", which the port belongs to, as in http://fritz.box:49000"},
    {"protocol", "url", ", which begins with http:// or https://"},
    {"https", "url", ", which begins with http:// or https://"},
    {"user", "username"},
    {"login", "username"},
    {"user_file", "username"},
    {"pass", "password"},
    {"passwd", "password"},
    {"pass_file", "password_file"},
    {"token", "app_token"},
    {"token", "bearer_token"},
    {"token_file", "app_token_file"},
    {"token_file", "bearer_token_file"},
    {"type", "kind"},
    {"brand", "kind"},
    {"model", "kind"},
    {"id", "name"},
    {"alias", "name"},
    {"packs", "queries"},
    {"packs", "query_files"},
    {"pack_files", "query_files"},
    {"modules", "queries"},
    {"scrape_interval", "interval"},
    {"period", "interval"},
    {"scrape_timeout", "timeout"},
    {"tags", "labels"},
    {"listen_address", "listen"},
    {"listen_addresses", "listen"},
    {"bind", "listen"},
    {"routers", "devices"},
    {"boxes", "devices"},
    {"outputs", "push"},
    {"sinks", "push"},
    {"logging", "log"},
    {"log_level", "log"},
};

}  // namespace

std::string suggestion(const std::string& word, const std::vector<std::string>& known) {
  for (const Synonym& synonym : kSynonyms)
    if (synonym.word == word && std::ranges::find(known, synonym.key) != known.end())
      return " (did you mean '" + std::string(synonym.key) + "'" + std::string(synonym.more) + "?)";
  return did_you_mean(word, known);
}

}  // namespace boxmeter
