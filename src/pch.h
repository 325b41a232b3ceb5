// Precompiled: what most files include, and what is slow to read.  Included by the build, never by
// a file: each of them includes what it uses.  spdlog is not here: few files include it, and the
// larger this is, the longer the many small files take.
#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
