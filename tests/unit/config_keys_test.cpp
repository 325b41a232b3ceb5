#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>

#include "config/keys.h"
#include "config/pack_keys.h"
#include "device/kinds.h"
#include "yaml/section.h"

namespace boxmeter::config_keys_test {
namespace {

/// `visit` sees each row of the tables and where it is: "devices/tls/pin".
void walk(Keys keys, const std::string& above,
          const std::function<void(const std::string& path, const Key& row)>& visit) {
  for (const Key& row : keys) {
    const std::string path = above + "/" + std::string(row.name);
    visit(path, row);
    if (row.members != nullptr) walk(row.members->keys, path, visit);
  }
}

void walk_all(const std::function<void(const std::string& path, const Key& row)>& visit) {
  walk(kRootKeys, "config", visit);
  walk(kPackKeys, "pack", visit);
  for (const DeviceKind& kind : shipped_kinds()) walk(kind.keys, std::string(kind.name), visit);
}

/// What is wrong with `text` behind the key of the row; "" when nothing is.
std::string complaint(const Key& row, std::string_view text) {
  Mistakes mistakes;
  const Document document = parse_yaml(std::string(row.name) + ": " + std::string(text), "f");
  mistakes.collect([&] {
    const Section section(Value(document, &mistakes), Keys(&row, 1));
    switch (row.type) {
      case KeyType::text:
      case KeyType::file:
      case KeyType::url:
        return void(section.text(row.name));
      case KeyType::word:
        return void(section.word(row.name));
      case KeyType::name:
        return void(section.name(row.name, "name"));
      case KeyType::boolean:
        return void(section.boolean(row.name));
      case KeyType::integer:
        return void(section.integer(row.name));
      case KeyType::number:
        return void(section.number(row.name));
      case KeyType::duration:
        return void(section.duration(row.name));
      case KeyType::size:
        return void(section.size(row.name));
      case KeyType::texts:
        return void(section.required(row.name).list_or_one());
      case KeyType::mapping:
        return void(section.required(row.name).entries());
      case KeyType::section:
      case KeyType::sections:
      case KeyType::other:
        return;
    }
  });
  try {
    mistakes.throw_if_any();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("every key has a help text of one line, without a full stop") {
  walk_all([](const std::string& path, const Key& row) {
    CAPTURE(path);
    CHECK(!row.help.empty());
    CHECK(row.help.find('\n') == std::string_view::npos);
    CHECK(!row.help.ends_with('.'));
  });
}

TEST_CASE("every key has an example or members, and what its row says can be read") {
  walk_all([](const std::string& path, const Key& row) {
    CAPTURE(path);
    CHECK((!row.example.empty() || row.members != nullptr));
    for (const std::string_view text : {row.example, row.default_text, row.least, row.most})
      if (!text.empty()) CHECK(complaint(row, text) == "");
    for (const std::string_view choice : row.choices) CHECK(complaint(row, choice) == "");
    CHECK((row.type == KeyType::word) == !row.choices.empty());
    CHECK((row.required && !row.default_text.empty()) == false);
  });
}

TEST_CASE("no table has a key twice") {
  std::set<std::string> seen;
  walk_all([&](const std::string& path, const Key&) {
    CAPTURE(path);
    CHECK(seen.insert(path).second);
  });
}

TEST_CASE("a key whose name speaks of a password or a token is marked as secret, its file is not") {
  std::set<std::string> secrets;
  walk_all([&](const std::string& path, const Key& row) {
    CAPTURE(path);
    const bool sounds_secret = row.name.find("password") != std::string_view::npos ||
                               row.name.find("token") != std::string_view::npos;
    if (sounds_secret) CHECK(row.secret == !row.name.ends_with("_file"));
    if (row.secret) secrets.insert(path);
  });

  CHECK(secrets == std::set<std::string>{"config/push/bearer_token", "config/push/headers",
                                         "config/push/password", "freebox/app_token",
                                         "fritzbox/password"});
}

TEST_CASE("a value out of the bounds of its row, or of another type, is a mistake") {
  const auto about = [](std::string_view name, std::string_view text) {
    return complaint(*find_key(kPollKeys, name), text);
  };

  CHECK(about("interval", "1ms") == "f:1:11: 'interval' must be between 100ms and 1d, not '1ms'");
  CHECK(about("workers", "0") == "f:1:10: 'workers' must be between 1 and 1024, not '0'");
  CHECK(about("timeout", "[5s]") == "f:1:10: 'timeout' must be a single value, not a list");
}

TEST_CASE("a key that is absent has the default of its row") {
  Mistakes mistakes;
  const Document document = parse_yaml("workers: 3", "f");
  const Section section(Value(document, &mistakes), kPollKeys);

  CHECK(section.duration("interval") == std::chrono::seconds(30));
  CHECK(section.integer("series_limit") == 2000U);
  CHECK(section.integer("workers") == 3U);
  CHECK(mistakes.empty());
}

}  // namespace boxmeter::config_keys_test
