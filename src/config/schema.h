#pragma once
#include <string>

#include "device/kinds.h"

// JSON Schema (draft 7, which editors know) of our files, made from the tables that the reader
// itself uses.  It checks less than the reader: no bounds of durations and sizes, and no other
// files.  Pure.
namespace boxmeter {

/// Of boxmeter.yml.
std::string config_schema(DeviceKinds kinds);
/// Of a pack of queries.
std::string pack_schema(DeviceKinds kinds);

}  // namespace boxmeter
