"""The real fritzconnection works with boxmeter-sim: what the simulator says is what a real client expects."""
import ssl
import subprocess
import urllib.parse

import pytest

from harness import FRITZBOX, Sim, run
from peers import ask_peer, run_peer

BOXES = {"7590-154.07.57": ("FRITZ!Box 7590", "7.57"), "7530-164.08.02": ("FRITZ!Box 7530", "8.2")}


def options(url, **given):
    parts = urllib.parse.urlsplit(url)
    return {"address": parts.hostname, "port": parts.port, "user": "monitor", "password": "secret", "timeout": 20,
            **given}


def ask(url, *calls, **given):
    return ask_peer("fritzconnection_calls.py", {"box": options(url, **given), "calls": calls})


@pytest.mark.parametrize("recording", BOXES)
def test_it_reads_the_descriptions_of_the_boxes_of_the_corpus(corpus, recording):
    model, version = BOXES[recording]
    with Sim(corpus / "fritzbox" / recording) as sim:
        told = ask(sim.urls[0])

    assert (told["model"], told["version"]) == (model, version)
    assert len(told["services"]) > 30
    assert "GetGenericHostEntry" in told["services"]["Hosts1"]


def test_it_calls_with_one_login_and_gets_typed_values():
    with Sim(FRITZBOX, args=["--still"]) as sim:
        told = ask(sim.urls[0], ["DeviceInfo1", "GetInfo", {}], ["Hosts1", "GetGenericHostEntry", {"NewIndex": 0}],
                   ["WANCommonIFC", "GetAddonInfos", {}])
        stats = sim.stats()[0]

    info, host, traffic = (answer["result"] for answer in told["answers"])
    assert info["NewModelName"] == "FRITZ!Box 7590" and isinstance(info["NewUpTime"], int)
    assert host["NewActive"] is True
    assert traffic["NewX_AVM_DE_TotalBytesReceived64"].isdigit()
    assert (stats["logins"], stats["wrong_credentials"], stats["wrong_counts"]) == (1, 0, 0)


def test_it_goes_on_when_the_nonce_is_used_up():
    calls = [["DeviceInfo1", "GetInfo", {}]] * 7
    with Sim(FRITZBOX, args=["--nonce-uses", "3"]) as sim:
        told = ask(sim.urls[0], *calls)

        assert sim.stats()[0]["logins"] == 3
    assert all("result" in answer for answer in told["answers"])


def test_it_finds_the_last_user_when_it_is_given_none():
    with Sim(FRITZBOX, args=["--username", "fritz4711"]) as sim:
        told = ask(sim.urls[0], ["DeviceInfo1", "GetInfo", {}], user=None)

    assert told["user"] == "fritz4711"
    assert "result" in told["answers"][0]


def test_it_names_every_fault_as_it_does_with_a_real_box():
    calls = [["DeviceInfo1", "GetNothing", {}], ["Hosts1", "GetGenericHostEntry", {}],
             ["Hosts1", "GetGenericHostEntry", {"NewIndex": 9999}],
             ["Hosts1", "GetSpecificHostEntry", {"NewMACAddress": "00:00:5E:00:53:FF"}],
             ["DeviceConfig1", "GetPersistentData", {}], ["Time1", "GetInfo", {}], ["NoSuch1", "GetInfo", {}]]
    with Sim(FRITZBOX) as sim:
        sim.control("/request?name=Hosts1.GetSpecificHostEntry&error=714")
        sim.control("/request?name=DeviceConfig1.GetPersistentData&error=606")
        sim.control("/request?name=Time1.GetInfo&error=820")
        told = ask(sim.urls[0], *calls)

    assert [(answer["error"], answer["text"]) for answer in told["answers"]] == [
        ("FritzActionError", "UPnPError: \nerrorCode: 401\nerrorDescription: Invalid Action"),
        ("FritzArgumentError", "UPnPError: \nerrorCode: 402\nerrorDescription: Invalid Args"),
        ("FritzArrayIndexError", "UPnPError: \nerrorCode: 713\nerrorDescription: SpecifiedArrayIndexInvalid"),
        ("FritzLookUpError", "UPnPError: \nerrorCode: 714\nerrorDescription: NoSuchEntryInArray"),
        ("FritzSecurityError", "UPnPError: \nerrorCode: 606\nerrorDescription: Action Not Authorized"),
        ("FritzInternalError", "UPnPError: \nerrorCode: 820\nerrorDescription: Internal Error"),
        ("FritzServiceError", 'unknown service: "NoSuch1"'),
    ]


def test_a_wrong_password_is_an_authorization_error():
    with Sim(FRITZBOX) as sim:
        told = ask(sim.urls[0], ["DeviceInfo1", "GetInfo", {}], password="wrong")

    assert told["answers"] == [{"error": "FritzAuthorizationError", "text":
                                "Unable to perform operation. 401 Unauthorized (ERR_NONE) 401 Unauthorized ERR_NONE Webserver"}]


def test_a_box_with_its_application_access_off_is_told_so():
    with Sim(FRITZBOX, args=["--fault", "html"]) as sim, pytest.raises(AssertionError, match="access for applications disabled"):
        ask(sim.urls[0])


def certificate(folder):
    """A PEM file with a key and a certificate for 127.0.0.1, as somebody puts it on a box."""
    key, made, both = folder / "key.pem", folder / "certificate.pem", folder / "both.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=fritz.invalid",
                    "-keyout", key, "-out", made], check=True, capture_output=True)
    both.write_text(made.read_text() + key.read_text())
    return both


def test_over_tls_it_is_told_the_same_as_in_the_clear(tmp_path):
    calls = [["DeviceInfo1", "GetInfo", {}], ["Hosts1", "GetGenericHostEntry", {"NewIndex": 0}],
             ["Hosts1", "GetGenericHostEntry", {"NewIndex": 9999}], ["WANCommonIFC", "GetAddonInfos", {}]]
    commands = [["getswitchlist", None], ["gettemperature", "116570000001"]]
    both = certificate(tmp_path)
    with Sim(FRITZBOX, args=["--still", "--tls", "--certificate", both]) as sim:
        plain, secure = next(line.split()[2:] for line in sim.lines if line.startswith("fritzbox "))
        shown = ssl.get_server_certificate(("127.0.0.1", int(secure.rsplit(":", 1)[1])))
        told = [ask_peer("fritzconnection_calls.py", {"box": options(url, use_tls=url == secure), "calls": calls,
                                                     "commands": commands}) for url in (plain, secure)]
        stats = sim.stats()[0]

    assert both.read_text().startswith(shown)
    assert told[0] == told[1]
    assert [list(answer)[0] for answer in told[1]["answers"]] == ["result", "result", "error", "result"]
    assert told[1]["contents"][1]["content"] == "235\n"
    assert (stats["logins"], stats["wrong_credentials"]) == (2, 0)


def test_over_tls_it_lists_what_boxmeter_lists(tmp_path):
    with Sim(FRITZBOX, args=["--still", "--tls"]) as sim:
        port = sim.urls[0].rsplit(":", 1)[1]
        theirs = run_peer("fritzconnection", "-i", "127.0.0.1", "--port", port, "-e", "-s")
        ours = run("fritz", "-i", "127.0.0.1", "--port", port, "-e", "-s", env={"HOME": str(tmp_path)})
    assert theirs.returncode == ours.returncode == 0, theirs.stderr + ours.stderr

    assert theirs.stdout.splitlines()[3:] == ours.stdout.splitlines()[3:]
