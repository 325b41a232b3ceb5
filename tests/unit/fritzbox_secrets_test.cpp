#include <doctest/doctest.h>

#include <string>

#include "device/fritzbox/secrets.h"

namespace boxmeter::fritzbox_secrets_test {

using fritzbox::is_secret;
using fritzbox::remove_secrets;

TEST_CASE("names of secrets are known, and names that only speak about them are not") {
  for (const char* name : {"NewWEPKey0",
                           "NewWEPKey3",
                           "NewPreSharedKey",
                           "NewKeyPassphrase",
                           "NewPassword",
                           "NewX_AVM-DE_Password",
                           "NewVoIPPassword",
                           "NewX_AVM-DE_ClientPassword",
                           "NewAppAVMPasswordHash",
                           "NewIPSecPreSharedKey",
                           "NewEncryptionSecret",
                           "NewToken",
                           "NewConnectionRequestPassword",
                           "NewUserName",
                           "NewVoIPNumber",
                           "NewIMSI",
                           "NewX_AVM-DE_OutGoingNumber",
                           "NewNumberList",
                           "NewPhonebookEntryData",
                           "NewPPPUsername",
                           "NewX_AVM-DE_ConfigFileUrl",
                           "Caller",
                           "CalledNumber",
                           "sid",
                           "privateKey",
                           "wg_private_key"})
    CHECK_MESSAGE(is_secret(name), name);
  for (const char* name :
       {"NewAllowedCharsPSK", "NewMinCharsPassword", "NewAllowedCharsKeyPassphrase",
        "NewDefaultWEPKeyIndex", "NewPasswordRequired", "NewPasswordUserSelectable",
        "NewX_AVM-DE_IsDefaultPasswordActive", "NewSerialNumber", "NewNumberOfEntries",
        "NewHostNumberOfEntries", "NewX_AVM-DE_CurrentUsername", "NewTotalBytesSent", "HostName",
        "NewSSID"})
    CHECK_MESSAGE(!is_secret(name), name);
}

TEST_CASE("secrets are taken out at any depth, and session ids out of addresses") {
  Reply reply = Reply::parse(R"({
    "NewSSID": "home", "NewKeyPassphrase": "hunter2", "NewUserName": "0012345@provider.invalid",
    "NewX_AVM-DE_HostListPath": "/devicehostlist.lua?sid=0123456789abcdef",
    "list": [{"Password": "x", "Name": "y"}, "https://box.invalid/a?sid=0123&days=1", "basid=77"]})");

  std::set<std::string> hidden;
  remove_secrets(reply, false, hidden);

  CHECK(reply == Reply::parse(R"({
    "NewSSID": "home", "NewX_AVM-DE_HostListPath": "/devicehostlist.lua?sid=",
    "list": [{"Name": "y"}, "https://box.invalid/a?sid=&days=1", "basid=77"]})"));
}

}  // namespace boxmeter::fritzbox_secrets_test
