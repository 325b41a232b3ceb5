// Precompiled: what most files include, and what is slow to read.  Included by the build, never by
// a file: each of them includes what it uses.
#include <spdlog/spdlog.h>

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
