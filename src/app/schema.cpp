// schema: JSON Schemas of the configuration and of packs, for editors.
#include "config/schema.h"

#include <iostream>

#include "app/commands.h"
#include "base/error.h"

namespace boxmeter {

Prepared prepare_schema(const Program& program) {
  return {.syntax = {.about = "Prints a JSON Schema, by which editors complete and check files.",
                     .words = "[config|packs]",
                     .most_words = 1},
          .run = [kinds = program.kinds](const std::vector<std::string>& words) {
            const std::string wanted = words.empty() ? "config" : words[0];
            if (wanted != "config" && wanted != "packs")
              throw Error(ErrorKind::config,
                          "unknown file '" + wanted + "' (known: config, packs)");
            std::cout << (wanted == "packs" ? pack_schema(kinds) : config_schema(kinds));
            return 0;
          }};
}

}  // namespace boxmeter
