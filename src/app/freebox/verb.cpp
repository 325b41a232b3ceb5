// freebox get|post|put|delete PATH: requests to any path of the API.
#include <iostream>
#include <memory>

#include "app/freebox/subcommands.h"
#include "app/terminal.h"
#include "device/freebox/freebox.h"
#include "device/hidden.h"

namespace boxmeter {
namespace {

int ask(const std::string& verb, const FreeboxOptions& options, const Words& words) {
  if (words.empty())
    throw Error(ErrorKind::config,
                verb + " needs a path: boxmeter freebox " + verb + " PATH [NAME=VALUE ...]");
  Request request{.verb = verb, .target = words[0]};
  request.args = named_arguments(Arguments(words).subspan(1));
  const DeviceConfig config = freebox_config(options);
  if (options.token.empty()) throw no_token();
  confirm_change(request, options);
  prepare_freebox(options);
  http::Stop stop;
  const auto device = freebox::open(config, stop);
  print_reply(std::cout, device->call(request), options.json);
  print_hidden(hidden_by(*device), "--reveal shows them");
  return 0;
}

Prepared prepare(const std::string& verb) {
  auto options = std::make_shared<FreeboxOptions>();
  return {.syntax = {.about = "Makes one request to a path of the API and prints the reply.",
                     .options = with_freebox_options({}, *options),
                     .words = "PATH [NAME=VALUE ...]",
                     .most_words = kAnyNumber,
                     .more = verb == "get"
                                 ? "  boxmeter freebox get connection/logs/ -t f:freebox.token\n"
                                   "NAME=VALUE fills {NAME} in the path, or goes into the query."
                                 : "  boxmeter freebox " + verb +
                                       " connection/config/ post_data='{\"ping\": true}' -t "
                                       "f:freebox.token\n"
                                       "NAME=VALUE fills {NAME} in the path; post_data is the "
                                       "body."},
          .run = [verb, options](const Words& words) { return ask(verb, *options, words); }};
}

}  // namespace

Prepared prepare_freebox_get(const Program&) { return prepare("get"); }
Prepared prepare_freebox_post(const Program&) { return prepare("post"); }
Prepared prepare_freebox_put(const Program&) { return prepare("put"); }
Prepared prepare_freebox_delete(const Program&) { return prepare("delete"); }

}  // namespace boxmeter
