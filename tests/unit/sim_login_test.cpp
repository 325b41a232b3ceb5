#include <doctest/doctest.h>

#include "sim/digest.h"
#include "sim/hash.h"
#include "sim/sessions.h"

namespace boxmeter::sim_login_test {

using namespace sim;

namespace {

constexpr std::string_view kTarget = "/upnp/control/deviceinfo";

/// The header that a right client sends to a challenge.
std::string answer_to(const std::string& challenge, const std::string& count,
                      const std::string& password = "secret",
                      const std::string& uri = std::string(kTarget)) {
  const DigestFields asked = parse_digest(challenge);
  const DigestFields fields{{"nonce", asked.at("nonce")},
                            {"nc", count},
                            {"cnonce", "0a4f113b"},
                            {"qop", "auth"},
                            {"uri", uri}};
  const std::string ha1 = md5_hex("monitor:" + asked.at("realm") + ":" + password);
  return "Digest username=\"monitor\", realm=\"" + asked.at("realm") + "\", nonce=\"" +
         asked.at("nonce") + "\", uri=\"" + uri + "\", cnonce=\"0a4f113b\", nc=" + count +
         ", qop=auth, response=\"" + digest_response(ha1, "POST", fields) + "\", algorithm=MD5";
}

}  // namespace

TEST_CASE("a digest response is the one of the worked example") {
  const std::string ha1 = md5_hex("monitor:HTTPS Access:secret");
  const DigestFields fields{{"nonce", "A1B2C3D4E5F60718"},
                            {"nc", "00000001"},
                            {"cnonce", "0a4f113b"},
                            {"qop", "auth"},
                            {"uri", std::string(kTarget)}};

  CHECK(ha1 == "8a8f62051d8b72243ca1266c793bf867");
  CHECK(digest_response(ha1, "POST", fields) == "d261afdabf571d5040b1d205a10177d8");
}

TEST_CASE("a digest header is taken apart, and one that breaks off is none") {
  CHECK(parse_digest(R"(Digest username="a \"b\", c", nc=00000001 ,qop=auth)") ==
        DigestFields{{"username", "a \"b\", c"}, {"nc", "00000001"}, {"qop", "auth"}});
  CHECK(parse_digest("Basic bW9uaXRvcjpzZWNyZXQ=").empty());
  CHECK(parse_digest(R"(Digest username="monitor)").empty());
  CHECK(parse_digest(R"(Digest username="a" nonce="b")").empty());
  CHECK(parse_digest("Digest").empty());
}

TEST_CASE("a nonce is good for many requests as long as nc rises") {
  DigestGate gate("monitor", Secret("secret"), 0, 1);
  const std::string challenge = gate.challenge(/*stale=*/false);

  CHECK(gate.check("POST", kTarget, "") == DigestResult::missing);
  CHECK(gate.check("POST", kTarget, answer_to(challenge, "00000001")) == DigestResult::logged_in);
  CHECK(gate.check("POST", kTarget, answer_to(challenge, "00000002")) == DigestResult::accepted);
  CHECK(gate.check("POST", kTarget, answer_to(challenge, "00000002")) == DigestResult::wrong_count);
  CHECK(gate.check("POST", kTarget, answer_to(challenge, "00000001")) == DigestResult::wrong_count);
  CHECK(gate.check("POST", kTarget, answer_to(challenge, "0000000a")) == DigestResult::accepted);
  CHECK(gate.check("POST", kTarget, answer_to(challenge, "b")) == DigestResult::wrong_credentials);
}

TEST_CASE("a digest for another password, method or path is refused") {
  DigestGate gate("monitor", Secret("secret"), 0, 1);
  const std::string challenge = gate.challenge(false);

  CHECK(gate.check("POST", kTarget, answer_to(challenge, "00000001", "Secret")) ==
        DigestResult::wrong_credentials);
  CHECK(gate.check("GET", kTarget, answer_to(challenge, "00000001")) ==
        DigestResult::wrong_credentials);
  CHECK(gate.check("POST", "/upnp/control/hosts", answer_to(challenge, "00000001")) ==
        DigestResult::wrong_credentials);
  CHECK(gate.check("POST", kTarget, "Digest") == DigestResult::wrong_credentials);
  // None of these has used the nonce up.
  CHECK(gate.check("POST", kTarget, answer_to(challenge, "00000001")) == DigestResult::logged_in);
}

TEST_CASE("a nonce ends after its uses, and with a restart") {
  DigestGate gate("monitor", Secret("secret"), 2, 1);
  const std::string challenge = gate.challenge(false);

  CHECK(gate.check("POST", kTarget, answer_to(challenge, "00000001")) == DigestResult::logged_in);
  CHECK(gate.check("POST", kTarget, answer_to(challenge, "00000002")) == DigestResult::accepted);
  CHECK(gate.check("POST", kTarget, answer_to(challenge, "00000003")) ==
        DigestResult::expired_nonce);
  gate.expire();
  CHECK(gate.check("POST", kTarget, answer_to(challenge, "00000004")) ==
        DigestResult::unknown_nonce);
}

TEST_CASE("a challenge says what a box says, with the same nonces for the same seed") {
  DigestGate gate("monitor", Secret("secret"), 0, 1), same("x", Secret("y"), 0, 1);
  const std::string first = gate.challenge(false), second = gate.challenge(true);
  const std::string nonce = parse_digest(first).at("nonce");

  CHECK(first ==
        "Digest realm=\"HTTPS Access\",nonce=\"" + nonce + "\",algorithm=MD5,qop=\"auth\"");
  CHECK(nonce.size() == 16);
  CHECK(nonce.find_first_not_of("0123456789ABCDEF") == std::string::npos);
  CHECK(second.ends_with(",stale=true"));
  CHECK(parse_digest(second).at("nonce") != nonce);
  CHECK(same.challenge(false) == first);
}

TEST_CASE("a Freebox password is the HMAC of the challenge") {
  const std::string token = "dyNYgfK0Ya6FWGqq83sBHa7TwzWo+pg4fDFUJHShcjVYzTfaRrZzm93p7OTAfH/0";

  CHECK(hmac_sha1_hex(token, "VzhbtpR4r8CLaJle2QgJBEkyd8JPb0zL") ==
        "f93f2942420bcfbf33dad8febd0370be567544af");
  CHECK(hmac_sha1_hex(token, "Bj6xMqoe+DCHD44KqBljJ579seOXNWr2") ==
        "3ed4311b3354af96540c610965640764388c3ea1");
}

TEST_CASE("a Freebox session opens once per challenge and ends after its uses") {
  Sessions sessions("app", Secret("token"), 2, 1);
  const std::string password = hmac_sha1_hex("token", sessions.challenge());

  CHECK(sessions.open("other", password) == "");
  CHECK(sessions.open("app", hmac_sha1_hex("wrong", sessions.challenge())) == "");
  const std::string session = sessions.open("app", password);
  CHECK(session.size() == 64);
  CHECK(sessions.open("app", password) == "");
  CHECK(sessions.use(session));
  CHECK(sessions.use(session));
  CHECK_FALSE(sessions.use(session));
  CHECK_FALSE(sessions.use("guess"));
}

TEST_CASE("a Freebox session ends by logout and when the box forgets") {
  Sessions sessions("app", Secret("token"), 0, 1);
  const auto opened = [&] {
    return sessions.open("app", hmac_sha1_hex("token", sessions.challenge()));
  };
  const std::string first = opened(), second = opened();

  sessions.close(first);
  CHECK_FALSE(sessions.use(first));
  CHECK(sessions.use(second));
  sessions.expire();
  CHECK_FALSE(sessions.use(second));
}

}  // namespace boxmeter::sim_login_test
