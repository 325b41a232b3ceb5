#include "http/bcrypt.h"

#include <crypt.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <memory>

#include "base/error.h"
#include "base/number.h"

namespace boxmeter::http {
namespace {

constexpr std::size_t kHashSize = 60;

/// For crypt_data: 32 KB, too large for the stack, and wiped since it holds the password.
struct Wipe {
  void operator()(crypt_data* work) const {
    OPENSSL_cleanse(work, sizeof *work);
    delete work;
  }
};

std::string crypted(const Secret& password, const std::string& setting) {
  const std::unique_ptr<crypt_data, Wipe> work(new crypt_data{});
  const char* hash = ::crypt_r(password.reveal().c_str(), setting.c_str(), work.get());
  return hash == nullptr ? "" : hash;
}

}  // namespace

std::string bcrypt_complaint(std::string_view hash) {
  constexpr std::string_view kAlphabet =
      "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const bool has_form = hash.size() == kHashSize && hash.starts_with("$2") &&
                        (hash[2] == 'y' || hash[2] == 'a' || hash[2] == 'b') && hash[3] == '$' &&
                        hash[6] == '$' &&
                        hash.find_first_not_of(kAlphabet, 7) == std::string_view::npos;
  const auto cost = has_form ? parse_integer<unsigned>(hash.substr(4, 2)) : std::nullopt;
  if (!cost || *cost < kLeastCost || *cost > 31)
    return "is no bcrypt hash ($2y$10$ and 53 characters); make one with 'boxmeter hash-password'";
  if (*cost > kMostCost)
    return "has the cost " + std::to_string(*cost) +
           ": each login would take seconds; make one with 'boxmeter hash-password', whose cost is "
           "10";
  return "";
}

bool bcrypt_matches(const Secret& password, const std::string& hash) {
  // crypt_r would stop at a NUL, and what stands before it might be the password.
  const bool has_nul = password.reveal().find('\0') != std::string::npos;
  const std::string made = crypted(password, hash);
  return !has_nul && made.size() == hash.size() &&
         CRYPTO_memcmp(made.data(), hash.data(), hash.size()) == 0;
}

std::string bcrypt_hash(const Secret& password, unsigned cost) {
  const std::string& text = password.reveal();
  const auto refuse = [](const std::string& why) { throw Error(ErrorKind::config, why); };
  if (text.empty()) refuse("the password is empty");
  if (text.find('\0') != std::string::npos) refuse("the password has a NUL in it");
  if (text.size() > kPasswordLimit)
    refuse("the password has more than 72 bytes: bcrypt would look at no more; take a shorter one");
  char setting[CRYPT_GENSALT_OUTPUT_SIZE] = {};
  if (::crypt_gensalt_rn("$2b$", cost, nullptr, 0, static_cast<char*>(setting), sizeof setting) ==
      nullptr)
    throw Error(ErrorKind::internal, "the system gives no random bytes for a password hash");
  return crypted(password, static_cast<char*>(setting));
}

}  // namespace boxmeter::http
