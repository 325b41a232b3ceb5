#include "places.h"

namespace boxmeter {

// The one file that knows the checkout: the others compile to the same code wherever it is.
std::filesystem::path checkout() { return BOXMETER_SOURCE; }

}  // namespace boxmeter
