#include "device/freebox/options.h"

#include "device/credential.h"
#include "device/freebox/token.h"

namespace boxmeter::freebox {
namespace {

/// A token file may hold the app id too, on its second line.
void read_token_file(const OwnSection& own, DeviceConfig& device, Options& options) {
  const Credential& credential = device.credential;
  const Value file = own.section.required("app_token_file");
  const AppToken parsed = file.placed([&] {
    return within("'" + credential.file.string() + "'", [&] {
      return parse_token_file(credential.value.reveal(), credential.file.filename().string());
    });
  });
  if (!parsed.app_id.empty() && !options.app_id.empty() && parsed.app_id != options.app_id)
    throw own.section.required("app_id").problem("'app_id' and the second line of '" +
                                                 credential.file.string() +
                                                 "' differ; remove one of them");
  if (options.app_id.empty()) options.app_id = parsed.app_id;
  device.credential.value = parsed.token;
}

}  // namespace

void read_options(const OwnSection& own, DeviceConfig& device) {
  auto credential = read_secret(own.section, "app_token", own.folder, own.warnings);
  if (!credential) own.section.expect_not_misspelt({"app_token", "app_token_file"});
  if (!credential)
    throw own.section.problem("device '" + device.name +
                              "' has no app token (give it app_token_file or app_token)");
  device.credential = *std::move(credential);
  Options options;
  if (const auto id = own.section.find("app_id")) options.app_id = id->text();
  options.api_version = static_cast<unsigned>(own.section.integer("api_version").value_or(0));
  if (!device.credential.file.empty()) read_token_file(own, device, options);
  if (options.app_id.empty()) own.section.expect_not_misspelt({"app_id"});
  if (options.app_id.empty())
    throw own.section.problem(
        "device '" + device.name +
        "' has no app id (give it app_id, or a second line in app_token_file)");
  device.own = std::move(options);
}

}  // namespace boxmeter::freebox
