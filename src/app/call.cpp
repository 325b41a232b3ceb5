// call: one request to a configured device.
#include <iostream>
#include <memory>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/process.h"
#include "app/terminal.h"
#include "base/log.h"
#include "device/hidden.h"

namespace boxmeter {
namespace {

struct CallOptions {
  std::string file = {};
  bool yes = false;
};

int call(const CallOptions& wanted, DeviceKinds kinds, const Words& words) {
  if (words.size() < 2)
    throw Error(ErrorKind::config,
                "call needs a device and a request: boxmeter call DEVICE REQUEST [NAME=VALUE ...]");
  const Config config = load_config(config_file(wanted.file), kinds);
  Job job = find_device(config, words[0]);
  job.device.one_shot = true;
  Request request = parse_request(*job.kind, words[1]);
  request.args = named_arguments(Arguments(words).subspan(2));
  const DeviceKind& kind = *job.kind;
  const std::string change = kind.change == nullptr ? "" : kind.change(request);
  if (change.empty())
    kind.check(request);
  else
    confirm(change + " changes '" + job.device.name + "'", wanted.yes);
  set_up_log("warn", "text");
  prepare_process(1);
  http::Stop stop;
  const auto device = kind.open(job.device, stop);
  const Reply reply = within(job.device.name, [&] { return device->call(request); });
  std::cout << reply.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n"
            << std::flush;
  print_hidden(hidden_by(*device),
               "the commands of the brand show them with --reveal: 'boxmeter help'");
  return 0;
}

}  // namespace

Prepared prepare_call(const Program& program) {
  auto wanted = std::make_shared<CallOptions>();
  return {.syntax = {.about = "Makes one request to a configured device and prints the reply as "
                              "JSON.",
                     .options = {config_option(wanted->file),
                                 {.name = "yes",
                                  .target = &wanted->yes,
                                  .help = "Do not ask before something changes the box"}},
                     .words = "DEVICE REQUEST [NAME=VALUE ...]",
                     .most_words = kAnyNumber,
                     .more = "  boxmeter call home tr064:DeviceInfo1.GetInfo\n"
                             "  boxmeter call home tr064:Hosts1.GetGenericHostEntry NewIndex=0\n"
                             "  boxmeter call home tr064:WLANConfiguration1.SetEnable NewEnable=0\n"
                             "  boxmeter call free get:connection/\n"
                             "  boxmeter call free command:Switch.Get_a_port_stats id=1\n"
                             "  boxmeter call free put:connection/config/ post_data='{\"ping\": "
                             "true}'"},
          .run = [wanted, kinds = program.kinds](const Words& words) {
            return call(*wanted, kinds, words);
          }};
}

}  // namespace boxmeter
