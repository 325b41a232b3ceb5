#pragma once
#include <string>

#include "metric/extract.h"

// Lets tests write queries as packs do.  Believes everything: what is wrong is config/'s to find.
namespace boxmeter::test {

/// A query as in a pack, one metric of it, or a list of metrics.
Query query(const std::string& yaml);

/// One line per point (`box_x{a="b"} 1`), then per problem (`! ...`) and per reason (`- limit 3`).
std::string text(const Extraction& extraction);

}  // namespace boxmeter::test
