#include <doctest/doctest.h>

#include "base/error.h"
#include "record/document.h"
#include "record/scrub.h"

namespace boxmeter::record_scrub_test {

using namespace record;

namespace {

Privacy by_name(const PrivateSpot& spot, std::string_view) {
  constexpr std::pair<std::string_view, Privacy> kMembers[] = {
      {"HostName", Privacy::host}, {"Model", Privacy::product}, {"SSID", Privacy::network},
      {"User", Privacy::user},     {"Name", Privacy::name},     {"Domain", Privacy::domain},
      {"Phone", Privacy::phone},   {"Serial", Privacy::serial}, {"Key", Privacy::secret},
      {"Log", Privacy::text}};
  for (const auto& [name, privacy] : kMembers)
    if (name == spot.member) return privacy;
  return Privacy::open;
}

/// One file, scrubbed.
std::string scrubbed(const std::string& text) {
  return scrub({{.path = "f", .text = text}}, &by_name, Vocabulary::of_everything()).files[0].text;
}

}  // namespace

TEST_CASE("a document is copied byte by byte where nothing changes") {
  const Visit same = [](const Spot&, const std::string& text) { return text; };
  for (const std::string text : {"<?xml version=\"1.0\"?>\n<a x='1'  y=\"&#228;\">\r\n <!-- c --> "
                                 "b &amp; <![CDATA[<c>]]><d/></a>",
                                 "{\"a\": [1, -2.50, true, null, \"\\/x\\u00e4\"], \"b\":{} }",
                                 "inval\n", "", "<", "<a", "<a b=\"", "{\"a", "{\"a\":", "[}\"x\"",
                                 "<a></b></c>", "]]]", "{\"a\":\"\\", "<a b c= d/>"})
    CHECK(rewritten(text, same) == text);
}

TEST_CASE("every value of a document is visited with its name and without its escapes") {
  std::string seen, names;
  const Visit note = [&](const Spot& spot, const std::string& text) {
    if (spot.name == "#key")
      names += text + " ";
    else
      seen += spot.parent + "/" + spot.name + "=" + text + "\n";
    return text;
  };

  rewritten(
      R"(<s:a xmlns:s="urn:x"><s:b c="1&quot;2"> x &amp; y </s:b><!--n--><d>&lt;e>1&lt;/e></d></s:a>)",
      note);
  rewritten(R"({"a":{"b":[1,"\u00e4\/"],"c":"[\"d\"]"},"e":"<f>2</f>"})", note);
  rewritten("16", note);

  CHECK(seen ==
        "/@s=urn:x\na/@c=1\"2\na/b=x & y\na/#comment=n\n/e=1\n"
        "a/b=1\na/b=\xC3\xA4/\n/=d\n/f=2\n/=16\n");
  CHECK(names == "s a xmlns s s b c s b d e e d s a a b c e f f ");
}

TEST_CASE("a MAC is replaced by the same one of the documentation range, however it is written") {
  CHECK(scrubbed(R"(<l><Serial>3431C4A5B6C7</Serial><m>34:31:c4:a5:b6:c7</m><n>34-31-C4-A5-B6-C8</n>
<u>uuid:123402a0-bccb-40e7-8e6c-3431c4a5b6c7</u><v>x3431c4a5b6c8y</v><w>/a?mac=34%3A31%3AC4%3AA5%3AB6%3AC7</w></l>)") ==
        R"(<l><Serial>00005E005301</Serial><m>00:00:5e:00:53:01</m><n>00-00-5E-00-53-02</n>
<u>uuid:541183d4-efca-11d7-9b8a-6921e3a2e0a9</u><v>x00005e005302y</v><w>/a?mac=00:00:5E:00:53:01</w></l>)");
}

TEST_CASE("addresses that are nobody's stay, and are not given to others") {
  CHECK(scrubbed(R"({"a":"192.168.178.1","b":"0.0.0.0","c":"255.255.255.0","d":"00:00:00:00:00:00",
"e":"ff:ff:ff:ff:ff:ff","f":"00:00:5E:00:53:00","g":"34:31:c4:a5:b6:c7","h":"192.0.2.2","i":"91.10.20.30",
"j":"2001:db8:0:1::1","k":"2a01:e30:1:2::5","l":"fe80::1","m":"fe80::3631:c4ff:fea5:b6c7","n":"::","o":"154.07.57"})") ==
        R"({"a":"192.168.178.1","b":"0.0.0.0","c":"255.255.255.0","d":"00:00:00:00:00:00",
"e":"ff:ff:ff:ff:ff:ff","f":"00:00:5E:00:53:00","g":"00:00:5e:00:53:01","h":"192.0.2.2","i":"192.0.2.3",
"j":"2001:db8:0:1::1","k":"2001:db8:0:2::2","l":"fe80::3","m":"fe80::4","n":"::","o":"154.07.57"})");
}

TEST_CASE("addresses of one network stay in one network") {
  CHECK(
      scrubbed(
          R"(<a><b>2a01:e30:1:2::/64</b><c>2A01:E30:1:2:0::7:1</c><d>fd12::7:1</d><e>2a01:e30:1:3::1</e></a>)") ==
      R"(<a><b>2001:db8:0:1::/64</b><c>2001:db8:0:1::2</c><d>fd00:0:0:1::2</d><e>2001:db8:0:2::3</e></a>)");
}

TEST_CASE("a name is replaced in longer texts, in other cases and in every spelling") {
  CHECK(
      scrubbed(
          R"({"HostName":"Annas Tablet","SSID":"K\u00fcche & \"Bad\"","User":"anna","x":["annas tablet",
"login of ANNA, annas-tv, Annas Tablet.","http:\/\/fritz.box\/?name=Annas%20Tablet&b=anna","K&#xFC;che &amp; &quot;Bad&quot;",
"joanna","QW5uYXMgVGFibGV0"],"y":"<a b='Küche &amp; &quot;Bad&quot;'>K&#252;che &amp; \"Bad\" anna</a>"})") ==
      R"({"HostName":"host-1","SSID":"network-1","User":"user-1","x":["host-1",
"login of user-1, annas-tv, host-1.","http://fritz.box/?name=host-1&b=user-1","network-1",
"joanna","aG9zdC0x"],"y":"<a b='network-1'>network-1 user-1</a>"})");
}

TEST_CASE("names that tell nothing stay, and so do words that a product is called by") {
  const std::string text =
      R"({"Model":"FRITZ!Box 7590","SSID":"FRITZ!Box 7590","HostName":"Ethernet","User":"","Key":"****","Name":"-","Phone":"**610","Serial":"000000","x":true})";

  CHECK(scrubbed(text) == text);
}

TEST_CASE("numbers keep their shape, also where they are no text") {
  CHECK(
      scrubbed(
          R"({"Phone":"+49 30 1234567","Serial":8800123,"Key":"aB3-dE5_","PIN":"1","y":"call from 030/5551234, +49 30 1234567","Phone":"030/5551234","bytes":91234567890})") ==
      R"({"Phone":"+24 11 8334850","Serial":5411833,"Key":"eA1-bE3_","PIN":"1","y":"call from 098/3879400, +24 11 8334850","Phone":"098/3879400","bytes":91234567890})");
}

TEST_CASE("every line of a log is a text of its own, the same everywhere") {
  CHECK(
      scrubbed("<a><Log>1.1. Anna called\n2.1. Bert called</Log><Log>1.1. Anna called</Log></a>") ==
      "<a><Log>text 1\ntext 2</Log><Log>text 1</Log></a>");
}

TEST_CASE("paths and keys keep their words, but not what can only be an original") {
  const Scrubbed made =
      scrub({{"get/system_ether-34:31:c4:a5:b6:c7_8800123.json",
              R"({"system":{"34:31:C4:A5:B6:C7":1},"HostName":"system","Serial":"8800123"})"}},
            &by_name, Vocabulary::of_everything());

  CHECK(made.files[0].path == "get/system_ether-00:00:5e:00:53:01_5411833.json");
  CHECK(made.files[0].text ==
        R"({"system":{"00:00:5E:00:53:01":1},"HostName":"host-1","Serial":"5411833"})");
}

TEST_CASE("the same name in two replies has one replacement, and the report counts originals") {
  const Scrubbed made = scrub({{"a", "<a><HostName>nas-9</HostName><b>91.10.20.30</b></a>"},
                               {"b", R"({"HostName":"NAS-9","c":"b@c.de sid=0123456789abcdef"})"},
                               {"c", "host-1 is nas-9"},
                               {"d", "<a><HostName>host-1</HostName></a>"}},
                              &by_name, Vocabulary::of_everything());

  CHECK(made.files ==
        std::vector<File>{
            {"a", "<a><HostName>host-2</HostName><b>192.0.2.2</b></a>"},
            {"b", R"({"HostName":"host-2","c":"mail-1@example.org sid=0000000000000001"})"},
            {"c", "host-3 is host-2"},
            {"d", "<a><HostName>host-3</HostName></a>"}});
  CHECK(made.replaced == std::map<std::string, std::size_t>{{"mail addresses", 1},
                                                            {"names of devices", 2},
                                                            {"public addresses", 1},
                                                            {"session ids", 1}});
}

TEST_CASE("an address that stands where a name is expected is an address") {
  CHECK(
      scrubbed(
          R"({"HostName":"192.168.178.20","Key":"91.10.20.30","y":["192.168.178.20","91.10.20.30"]})") ==
      R"({"HostName":"192.168.178.20","Key":"192.0.2.2","y":["192.168.178.20","192.0.2.2"]})");
}

TEST_CASE("the number of a smart home device is one with and without its blank, in a path too") {
  const Scrubbed made = scrub({{"aha/x.ain=116570240192.xml",
                                R"(<a><Serial>11657 0240192</Serial><b>116570240192</b></a>)"}},
                              &by_name, Vocabulary::of_everything());

  CHECK(made.files[0].path == "aha/x.ain=541183348504.xml");
  CHECK(made.files[0].text == "<a><Serial>54118 3348504</Serial><b>541183348504</b></a>");
}

}  // namespace boxmeter::record_scrub_test
