#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <vector>

#include "device/freebox/api_version.h"
#include "device/freebox/json.h"
#include "device/freebox/observer.h"
#include "device/freebox/protocol.h"
#include "device/freebox/roots.h"

namespace boxmeter::freebox_protocol_test {

using namespace freebox;

namespace {

/// What call() makes of an answer: the value as JSON text, or "kind refusal: text".
std::string outcome(int status, std::string_view body) {
  try {
    const Envelope envelope = parse_envelope(status, body);
    if (envelope.success) return envelope.result.dump();
    throw refusal(envelope);
  } catch (const Error& error) {
    constexpr const char* kRefusals[] = {"", " idle", " unsupported", " denied"};
    return std::string(name(error.kind())) + kRefusals[static_cast<int>(error.refusal())] + ": " +
           error.what();
  }
}

std::string error_of(auto&& step) {
  try {
    step();
  } catch (const Error& error) {
    return std::string(name(error.kind())) + ": " + error.what();
  }
  return "no error";
}

struct Row {
  int status;
  std::string_view body;
  std::string_view outcome;
};

}  // namespace

TEST_CASE("an internal_error says that there is no such thing where boxes are known to say so") {
  const Envelope envelope =
      parse_envelope(200, R"({"success":false,"error_code":"internal_error"})");

  CHECK(refusal(envelope, "storage/raid/").refusal() == Refusal::unsupported);
  CHECK(refusal(envelope, "call/voicemail/").refusal() == Refusal::unsupported);
  CHECK(refusal(envelope, "storage/disk/").refusal() == Refusal::none);
  CHECK(std::string(refusal(envelope, "storage/raid/").what()) ==
        "internal_error: this box or its firmware does not have it");
}

TEST_CASE("an envelope becomes its result, and every form of an empty one stays empty") {
  const Row rows[] = {
      {200, R"({"success":true,"result":{"state":"up"}})", R"({"state":"up"})"},
      {200, R"({"success":true,"result":[1,2]})", "[1,2]"},
      {200, R"({"success":true,"result":"text"})", R"("text")"},
      {200, R"({"success":true,"result":0})", "0"},
      {200, R"({"success":true})", "[]"},
      {200, R"({"success":true,"result":null})", "[]"},
      {200, R"({"success":true,"result":{}})", "{}"},
      {200, R"({"success":true,"result":[]})", "[]"},
      {200, R"({"success":true,"result":{"mac_list":{}}})", R"({"mac_list":{}})"},
  };
  for (const Row& row : rows) CHECK(outcome(row.status, row.body) == row.outcome);
}

TEST_CASE("numbers come through exactly") {
  const Row rows[] = {
      {200, R"({"success":true,"result":9007199254740993})", "9007199254740993"},
      {200, R"({"success":true,"result":18446744073709551615})", "18446744073709551615"},
      {200, R"({"success":true,"result":-9223372036854775808})", "-9223372036854775808"},
      {200, R"({"success":true,"result":12500000000})", "12500000000"},
      {200, R"({"success":true,"result":{"a":1e400,"b":-1e999,"c":"1e400","d":1.5}})",
       R"({"a":null,"b":null,"c":"1e400","d":1.5})"},
      {200, R"({"success":true,"result":{"a":"\"1e400","b":1e400}})",
       R"({"a":"\"1e400","b":null})"},
  };
  for (const Row& row : rows) CHECK(outcome(row.status, row.body) == row.outcome);
}

TEST_CASE("a refusal is an error whatever the HTTP status, and says what it means") {
  const Row rows[] = {
      {200, R"({"success":false,"error_code":"service_down","msg":"Service non démarré"})",
       "refused idle: service_down: not running at the moment ('Service non démarré')"},
      {200, R"({"success":false,"error_code":"notsupp","msg":"Non supporté"})",
       "refused unsupported: notsupp: this box or its firmware does not have it ('Non supporté')"},
      {200, R"({"success":false,"error_code":"noent","msg":"Aucun module 4G détecté"})",
       "refused unsupported: noent: this box has no such entry "
       "('Aucun module 4G détecté')"},
      {200, R"({"success":false,"error_code":"nodev"})",
       "refused unsupported: nodev: this box has no such device"},
      {200, R"({"success":false,"error_code":"deprecated"})",
       "refused unsupported: deprecated: this firmware no longer has it"},
      {200, R"({"success":false,"error_code":"bad_port"})",
       "refused unsupported: bad_port: this port of the switch has none"},
      {404, R"({"success":false,"error_code":"invalid_request","msg":"Requête invalide"})",
       "refused unsupported: invalid_request: this box or its firmware does not have it "
       "('Requête invalide')"},
      {403, R"({"success":false,"error_code":"invalid_request","msg":"Requête invalide"})",
       "refused: invalid_request ('Requête invalide')"},
      {403, R"({"success":false,"missing_right":"home","error_code":"insufficient_rights"})",
       "refused denied: insufficient_rights: the application lacks the right 'home' (grant it in "
       "Freebox OS: Gestion des accès, Applications)"},
      {200, R"({"success":false,"error_code":"internal_error","msg":"Erreur interne"})",
       "refused: internal_error: the box failed ('Erreur interne')"},
      {200, R"({"msg":"invalid_db","success":false})",
       "refused: invalid_db: the box does not know this history"},
      {200, R"({"success":false,"error_code":"db_error"})",
       "refused: db_error: the box cannot read its database"},
      {200, R"({"success":false})", "refused: the box refuses and does not say why"},
      {200, "{\"success\":false,\"error_code\":\"inval\",\"msg\":\"a\\nb\\u0007\"}",
       "refused: inval: the box does not take a value that was sent ('a b')"},
  };
  for (const Row& row : rows) CHECK(outcome(row.status, row.body) == row.outcome);
}

TEST_CASE("what stands in the way of a login is told apart") {
  const Row rows[] = {
      {403, R"({"success":false,"error_code":"invalid_token"})",
       "auth: invalid_token: the box does not know the app token (revoked, of another box, or the "
       "app id is not the one it was made for): register the application again"},
      {403, R"({"success":false,"error_code":"pending_token"})",
       "auth: pending_token: the application waits to be allowed on the front of the box"},
      {403, R"({"success":false,"error_code":"ratelimited"})",
       "auth: ratelimited: too many refused logins from this address: the box wants a pause"},
      {403, R"({"success":false,"error_code":"new_apps_denied"})",
       "auth: new_apps_denied: the box lets no new application in (allow it in Freebox OS: Gestion "
       "des accès)"},
      {403, R"({"success":false,"error_code":"apps_denied"})",
       "auth: apps_denied: the box lets no application in (allow it in Freebox OS: Gestion des "
       "accès)"},
      {403, R"({"success":false,"error_code":"denied_from_external_ip"})",
       "auth: denied_from_external_ip: the box does not allow this from outside its own network; "
       "do it from there (a VPN into it counts)"},
      {403, R"({"success":false,"error_code":"auth_required"})",
       "auth: auth_required: the session is refused, although it was just opened"},
      {403, R"({"success":false,"error_code":"invalid_session"})",
       "auth: invalid_session: the session is refused, although it was just opened"},
  };
  for (const Row& row : rows) CHECK(outcome(row.status, row.body) == row.outcome);
}

TEST_CASE("what is no envelope is explained") {
  const std::string deep = "{\"success\":true,\"result\":" + std::string(64, '[');
  const Row rows[] = {
      {200, "<!DOCTYPE html><html>", "protocol: answer is HTML or XML, not JSON"},
      {502, "\r\n<html>Bad gateway", "protocol: HTTP 502: answer is HTML or XML, not JSON"},
      {200, "", "protocol: answer is empty, not JSON"},
      {200, R"({"success":true,"result":{"st)", "protocol: answer is not JSON, or cut off"},
      {200, R"({"success":true}{)", "protocol: answer is not JSON, or cut off"},
      {200, "[1]", "protocol: answer has no 'success': not the API of a Freebox"},
      {200, R"({"success":"yes"})", "protocol: answer has no 'success': not the API of a Freebox"},
      {500, R"({"success":true,"result":1})", "protocol: HTTP 500 with a success in it"},
      {200, deep, "too_large: JSON nested deeper than 64 levels"},
  };
  for (const Row& row : rows) CHECK(outcome(row.status, row.body) == row.outcome);
}

TEST_CASE("64 levels of nesting are read, 65 and 100,000 are not") {
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };

  CHECK(parse_json(nested(64)).dump() == nested(64));
  for (const std::size_t levels : {std::size_t{65}, std::size_t{100'000}})
    CHECK(error_of([&] { parse_json(nested(levels)); }) ==
          "too_large: JSON nested deeper than 64 levels");
}

TEST_CASE("one Latin-1 host name does not cost the reply") {
  CHECK(parse_json("{\"primary_name\":\"Caf\xE9 n\xC3\xA9\"}") ==
        Reply{{"primary_name", "Caf\xEF\xBF\xBD n\xC3\xA9"}});
}

TEST_CASE("the login password is the HMAC-SHA1 of the challenge under the token as it stands") {
  const Secret token("dyNYgfK0Ya6FWGqq83sBHa7TwzWo+pg4fDFUJHShcjVYzTfaRrZzm93p7OTAfH/0");

  CHECK(login_password(token, "VzhbtpR4r8CLaJle2QgJBEkyd8JPb0zL") ==
        "f93f2942420bcfbf33dad8febd0370be567544af");
  CHECK(login_password(token, "Bj6xMqoe+DCHD44KqBljJ579seOXNWr2") ==
        "3ed4311b3354af96540c610965640764388c3ea1");
  CHECK(login_password(Secret("app-token-example"), "challenge-example") ==
        "8002e4c60a5c47048ca0ad43af50e77c8cacb553");
}

TEST_CASE("a challenge is text, from the offer or from a refusal; a web session's is refused") {
  const auto challenge = [](std::string_view body) {
    return challenge_of(parse_envelope(200, body));
  };

  CHECK(challenge(R"({"success":true,"result":{"logged_in":false,"challenge":"a\/b+c"}})") ==
        "a/b+c");
  CHECK(challenge(R"({"success":false,"error_code":"auth_required",
                      "result":{"password_salt":"s","challenge":"x"}})") == "x");
  CHECK(challenge(R"({"success":false,"error_code":"auth_required"})") == "");
  CHECK(error_of([&] { challenge(R"({"success":true,"result":{"challenge":["a","b"]}})"); }) ==
        "protocol: the login challenge is not text: this is the web interface's login");
}

TEST_CASE("a session token has its slashes unescaped, and is required") {
  CHECK(session_token(parse_envelope(
            200, R"({"success":true,"result":{"session_token":"a\/b"}})")) == Secret("a/b"));
  CHECK(error_of([] { session_token(parse_envelope(200, R"({"success":true})")); }) ==
        "protocol: the box opened a session without a session_token");
}

TEST_CASE("the API's root has the whole major version, and survives missing fields") {
  const auto root = [](std::string_view body) { return api_root(parse_api_version(200, body), 0); };

  CHECK(root(R"({"api_version":"16.0","api_base_url":"\/api\/","api_domain":"x.invalid"})") ==
        "/api/v16/");
  CHECK(root(R"({"api_version":"8.5","api_base_url":"/api"})") == "/api/v8/");
  CHECK(root(R"({"api_version":"10"})") == "/api/v10/");
  CHECK(error_of([&] { root(R"({"api_base_url":"/api/"})"); }) ==
        "protocol: answer has no 'api_version'");
  CHECK(root(R"({"api_version":16})") == "/api/v16/");
  CHECK(error_of([&] { root(R"({"api_version":"v4"})"); }) ==
        "protocol: api_version 'v4' is not a version (expected: such as 16.0)");
  CHECK(error_of([&] { root(R"({"api_version":"99999999999.0"})"); }) ==
        "protocol: api_version '99999999999.0' is not a version (expected: such as 16.0)");
  CHECK(error_of([&] { root(R"({"api_version":"4.0","api_base_url":"//evil.invalid/"})"); }) ==
        "protocol: api_base_url '//evil.invalid/' is not a path (expected: such as /api/)");
  CHECK(error_of([&] { root(R"({"api_version":"4.0","api_base_url":"@evil.invalid/"})"); }) ==
        "protocol: api_base_url '@evil.invalid/' is not a path (expected: such as /api/)");
  CHECK(error_of([&] { root("<html>"); }) == "protocol: answer is HTML or XML, not JSON");
  CHECK(error_of([] { parse_api_version(404, R"({"success":false})"); }) == "protocol: HTTP 404");
}

TEST_CASE("the newest API that both sides know is used, or the one that the user fixed") {
  const auto root = [](const char* version, unsigned fixed) {
    return error_of([&] {
      throw Error(ErrorKind::internal,
                  api_root({.version = version, .major = static_cast<unsigned>(std::atoi(version))},
                           fixed));
    });
  };

  CHECK(root("3.0", 0) == "internal: /api/v3/");
  CHECK(root("16.2", 0) == "internal: /api/v16/");
  CHECK(root("17.0", 0) == "internal: /api/v16/");
  CHECK(root("16.0", 8) == "internal: /api/v8/");
  CHECK(root("17.0", 17) == "internal: /api/v17/");
  CHECK(root("8.5", 9) ==
        "config: api_version 9 is newer than the box's 8.5; remove it, or take an older one");
}

TEST_CASE("what a box says of itself is the same in its reply and in its announcement") {
  const ApiVersion said = parse_api_version(
      200, R"({"box_model_name":"Freebox v9","api_base_url":"\/api\/","https_port":29491,)"
           R"("device_name":"Freebox Server","https_available":true,"box_model":"fbxgw9-r1",)"
           R"("api_domain":"x1.fbxos.invalid","uid":"00000000000000000000000000000001",)"
           R"("api_version":"16.0","device_type":"FreeboxServer9,1"})");
  const ApiVersion announced = parse_announcement({{"api_version", "16.0"},
                                                   {"api_base_url", "/api/"},
                                                   {"https_port", "29491"},
                                                   {"https_available", "1"},
                                                   {"device_name", "Freebox Server"},
                                                   {"box_model", "fbxgw9-r1"},
                                                   {"api_domain", "x1.fbxos.invalid"},
                                                   {"uid", "00000000000000000000000000000001"}});

  CHECK(said == announced);
  CHECK(said.major == 16);
  CHECK(said.https);
  CHECK(said.https_port == 29491);
  CHECK(said.domain == "x1.fbxos.invalid");
  const ApiVersion little = parse_announcement({{"api_version", "7.0"}});
  CHECK(little == ApiVersion{.version = "7.0", .major = 7});
  const ApiVersion odd = parse_announcement(
      {{"api_version", "7.0"}, {"https_port", "70000"}, {"api_domain", "x/@evil.invalid"}});
  CHECK(odd == little);
  CHECK(error_of([] { parse_announcement({}); }) == "protocol: answer has no 'api_version'");
}

TEST_CASE("a restart, another firmware and a returned connection are noticed in passing") {
  const WallClock::time_point kNow{std::chrono::hours(500'000)};
  Observer observer;
  const auto system = [&](int uptime, const char* firmware) {
    observer.see("system/", {{"uptime_val", uptime}, {"firmware_version", firmware}}, kNow);
    return observer.epoch();
  };
  const auto connection = [&](const char* state) {
    observer.see("connection", {{"state", state}}, kNow);
    return observer.epoch();
  };

  CHECK(system(100, "4.9") == Epoch{.boot = 0, .wan = 0});
  CHECK(system(130, "4.9") == Epoch{.boot = 0, .wan = 0});
  CHECK(system(5, "4.9") == Epoch{.boot = 1, .wan = 0});
  CHECK(system(35, "4.10") == Epoch{.boot = 2, .wan = 0});
  CHECK(system(2, "4.11") == Epoch{.boot = 3, .wan = 0});
  CHECK(connection("up") == Epoch{.boot = 3, .wan = 0});
  CHECK(connection("going_down") == Epoch{.boot = 3, .wan = 0});
  CHECK(connection("up") == Epoch{.boot = 3, .wan = 1});
  observer.see("connection/", Reply::array(), kNow);
  observer.see("system", {{"uptime_val", "now"}}, kNow);
  CHECK(observer.epoch() == Epoch{.boot = 3, .wan = 1});
  CHECK(observer.incarnation().firmware == "4.11");
  CHECK(observer.incarnation().booted == kNow - std::chrono::seconds(2));
}

TEST_CASE("the built-in roots are the ones that Free and Iliad publish") {
  const std::string pem(kRoots);
  std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  std::vector<std::string> found;
  for (;;) {
    std::unique_ptr<X509, decltype(&X509_free)> root(
        PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), &X509_free);
    if (!root) break;
    char common_name[100] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(root.get()), NID_commonName, common_name,
                              sizeof common_name);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    REQUIRE(X509_digest(root.get(), EVP_sha256(), digest, &length) == 1);
    std::string line = std::string(common_name) + " ";
    for (unsigned i = 0; i < length; ++i) {
      constexpr std::string_view kHex = "0123456789ABCDEF";
      line.append({kHex[digest[i] >> 4], kHex[digest[i] & 15]});
    }
    found.push_back(line);
  }

  CHECK(found ==
        std::vector<std::string>{
            "Freebox ECC Root CA "
            "23CFB72636BE665DBBF2FE3E0527904771A8DFF1BACE461D8BD69F34812C2444",
            "Freebox Root CA 2BD8B5BE1A990E42AD1BD79C306EB519B637EE2475C0D931F257535610E9C3E7",
            "Iliadbox ECC Root CA "
            "A210B1DE8357927F133CF517BB63AC99FCEA79975BE51262BAC9DE0EA874EBDE"});
}

}  // namespace boxmeter::freebox_protocol_test
