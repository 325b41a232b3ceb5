#pragma once
#include <string>
#include <string_view>

#include "base/secret.h"

// Password hashes as the web.yml of Prometheus' programs holds them.  Any thread.
namespace boxmeter::http {

inline constexpr unsigned kLeastCost = 4, kMostCost = 16;
/// bcrypt looks at no more bytes of a password.
inline constexpr std::size_t kPasswordLimit = 72;

/// Why `hash` cannot be one; empty when it is one: "$2y$10$" (or 2a, 2b) and 53 characters.
/// Stricter than crypt_checksalt(3).
std::string bcrypt_complaint(std::string_view hash);

/// Takes as long as the hash's cost wants: 57 ms at 10, twice that for each more.  Precondition:
/// no bcrypt_complaint().
bool bcrypt_matches(const Secret& password, const std::string& hash);

/// "$2b$10$...".  Throws Error{config} for a password that is empty, has a NUL, or more than
/// kPasswordLimit bytes.
std::string bcrypt_hash(const Secret& password, unsigned cost);

}  // namespace boxmeter::http
