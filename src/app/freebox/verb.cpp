// freebox get|post|put|delete PATH: any path of the API.
#include <iostream>

#include "app/freebox/subcommands.h"
#include "device/freebox/freebox.h"

namespace boxmeter {

int freebox_verb(const std::string& verb, Arguments arguments) {
  FreeboxOptions options;
  CLI::App app("Makes one request to a path of the API and prints the reply.", "freebox " + verb);
  add_freebox_options(app, options);
  app.footer("\nusage: boxmeter freebox " + verb + " PATH [NAME=VALUE ...]\n" +
             (verb == "get" ? "  boxmeter freebox get connection/logs/ -t f:freebox.token\n"
                              "NAME=VALUE fills {NAME} in the path, or goes into the query."
                            : "  boxmeter freebox " + verb +
                                  " connection/config/ post_data='{\"ping\": true}' -t "
                                  "f:freebox.token\n"
                                  "NAME=VALUE fills {NAME} in the path; post_data is the body."));
  const std::vector<std::string> rest = read_arguments(app, arguments);
  if (rest.empty())
    throw Error(ErrorKind::config,
                verb + " needs a path: boxmeter freebox " + verb + " PATH [NAME=VALUE ...]");
  Request request{.verb = verb, .target = rest[0]};
  request.args = named_arguments(Arguments(rest).subspan(1));
  const DeviceConfig config = freebox_config(options);
  confirm_change(request, options);
  prepare_freebox(options);
  http::Stop stop;
  print_reply(std::cout, freebox::open(config, stop)->call(request), options.json);
  return 0;
}

}  // namespace boxmeter
