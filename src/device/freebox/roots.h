#pragma once
#include <string_view>

namespace boxmeter::freebox {

/// The roots under which Freeboxes (Free, France) and Iliadboxes (Iliad, Italy) get their
/// certificates, as PEM: Freebox ECC Root CA, Freebox Root CA (RSA) and Iliadbox ECC Root CA. Which
/// one a box's chain ends in depends on the key that the handshake picks.  Public constants: the
/// documentation of the API publishes them, on every box (http://mafreebox.freebox.fr/doc/, "HTTPS
/// access"), and the PyPI packages freebox-api and pyfbx carry them, where these were taken from.
/// They are valid until 2035 and 2040.  A test compares their fingerprints.
extern const std::string_view kRoots;

}  // namespace boxmeter::freebox
