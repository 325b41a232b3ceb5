#include <doctest/doctest.h>

#include "device/freebox/secrets.h"

namespace boxmeter::freebox_secrets_test {
namespace {

std::string without_secrets(std::string_view text) {
  Reply reply = Reply::parse(text);
  std::set<std::string> hidden;
  freebox::remove_secrets(reply, false, hidden);
  return reply.dump();
}

}  // namespace

TEST_CASE("secrets are absent from a reply, at any depth, and the rest is as it was") {
  const std::pair<const char*, const char*> rows[] = {
      {R"([{"id":"00:00:5E:00:53:01","config":{"ssid":"home","key":"hush"}}])",
       R"([{"config":{"ssid":"home"},"id":"00:00:5E:00:53:01"}])"},
      {R"({"username":"u","password":"hush","weak_password":false})",
       R"({"username":"u","weak_password":false})"},
      {R"({"logon_enabled":true,"logon_password":"hush","login_password":"hush"})",
       R"({"logon_enabled":true})"},
      {R"([{"name":"vm","cloudinit_userdata":"password: hush"}])", R"([{"name":"vm"}])"},
      {R"({"sim":{"present":true,"iccid":"1","imsi":"2","pin_locked":false,"pin_remaining":3}})",
       R"({"sim":{"pin_locked":false,"pin_remaining":3,"present":true}})"},
      {R"({"phone_number":"+33100000000"})", "{}"},
      {R"([{"type":"missed","number":"+33100000000","duration":0}])",
       R"([{"duration":0,"type":"missed"}])"},
      {R"([{"number":"+33100000000","name":"+33 1 00 00 00 00"},{"number":"+33100000000","name":"Mamie 2"}])",
       R"([{},{"name":"Mamie 2"}])"},
      {R"([{"announce":"https://tracker.invalid/hush/announce","status":"announced"}])",
       R"([{"status":"announced"}])"},
      {R"({"network":"working","dect_pin":"1234"})", R"({"network":"working"})"},
      {R"({"local_priv_key":"k","local_pub_key":"p","remote_preshared_key":"k"})",
       R"({"local_pub_key":"p"})"},
      {R"({"enabled":true,"wps_pin":12345670,"PIN":"1"})", R"({"enabled":true})"},
      {R"([{"sess":{"token":"t"},"token_validity":true,"app_token":"t"}])",
       R"([{"sess":{},"token_validity":true}])"},
      {R"({"key":{"nested":"hush"},"keys":2})", R"({"keys":2})"},
      {R"([{"name":"pin","value":"1234","label":"Code"},{"name":"temperature","value":21}])",
       R"([{"label":"Code","name":"pin"},{"name":"temperature","value":21}])"},
      {R"({"props":{"Login":"cam","Pass":"hush","Stream":"cam:hush@192.0.2.1"}})",
       R"({"props":{"Login":"cam"}})"},
      {R"({"config_file":"-----BEGIN PRIVATE KEY-----","archive_password":"x","psk":"x"})", "{}"},
  };
  for (const auto& [reply, expected] : rows) CHECK(without_secrets(reply) == expected);
}

TEST_CASE("a reply that is no object has no secrets by name") {
  CHECK(without_secrets("3") == "3");
  CHECK(without_secrets(R"(["key","password"])") == R"(["key","password"])");
}

}  // namespace boxmeter::freebox_secrets_test
