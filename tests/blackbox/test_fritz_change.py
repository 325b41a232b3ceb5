"""`boxmeter call` with what changes a configured Fritz!Box: asked first, sent once."""
import json
import shutil

import pytest

from harness import FRITZBOX, Sim, config, eventually, fritzbox, run

pytestmark = pytest.mark.sanitized

SWITCH = ["tr064:WLANConfiguration1.SetEnable", "NewEnable=0"]


ACTION = ("<actionList><action><name>SetEnable</name><argumentList><argument><name>NewEnable</name><direction>in</direction>"
          "<relatedStateVariable>Enable</relatedStateVariable></argument></argumentList></action>")


@pytest.fixture(scope="module")
def sim(tmp_path_factory):
    """The recording lists no action that changes something; this box has one."""
    folder = tmp_path_factory.mktemp("recording") / FRITZBOX.name
    shutil.copytree(FRITZBOX, folder)
    scpd = folder / "wlanconfigSCPD.xml"
    scpd.write_text(scpd.read_text().replace("<actionList>", ACTION))
    with Sim(folder, args=["--still", "--invent", "--trace"]) as running:
        yield running


def call(tmp_path, sim, *words):
    file = tmp_path / "boxmeter.yml"
    file.write_text(config(fritzbox(sim.urls[0])))
    return run("call", "--config.file", file, "home", *words, env={"STATE_DIRECTORY": str(tmp_path / "state")})


@pytest.mark.parametrize("words, what", [
    (SWITCH, "WLANConfiguration1.SetEnable"),
    (["tr064:DeviceConfig.Reboot"], "DeviceConfig1.Reboot"),
    (["aha:setswitchon", "ain=11657 0000001"], "aha:setswitchon"),
    (["http:sethkrtsoll", "ain=099950000004", "param=40"], "http:sethkrtsoll"),
])
def test_it_asks_first_and_where_nobody_can_be_asked_it_does_nothing(tmp_path, sim, words, what):
    before = sim.stats()[0]["requests"]

    done = call(tmp_path, sim, *words)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"boxmeter: {what} changes 'home': nobody can be asked here; add --yes\n"
    assert sim.stats()[0]["requests"] == before


def test_an_action_is_called_once_and_its_arguments_are_checked_before(tmp_path, sim):
    wrong = call(tmp_path, sim, SWITCH[0], "NewEnabled=0", "--yes")
    done = call(tmp_path, sim, *SWITCH, "--yes")

    assert wrong.returncode == 2
    assert wrong.stderr == ("boxmeter: home: WLANConfiguration1.SetEnable: 'NewEnabled' is not an argument of 'SetEnable' "
                            "(did you mean 'NewEnable'?)\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "{}\n", "")
    eventually(lambda: [line for line in list(sim.lines) if "WLANConfiguration:1#SetEnable 200" in line])
    assert sum("WLANConfiguration:1#SetEnable 200" in line for line in list(sim.lines)) == 1


def test_a_socket_is_switched(tmp_path, sim):
    said = [json.loads(call(tmp_path, sim, f"aha:{command}", "ain=11657 0000001", "--yes").stdout)
            for command in ("setswitchoff", "getswitchstate", "setswitchon", "getswitchstate")]

    assert said == [{"value": "0"}, {"value": "0"}, {"value": "1"}, {"value": "1"}]


@pytest.mark.parametrize("words, message", [
    (["tr064:DeviceConfig1.X_AVM-DE_GetConfigFile"],
     "'tr064: DeviceConfig1.X_AVM-DE_GetConfigFile' is not allowed: the answer would be keys, the configuration or stored "
     "application data of the box"),
    (["list:Hosts1.X_AVM-DE_HostDoUpdate"],
     "'list: Hosts1.X_AVM-DE_HostDoUpdate' does not only read: a pack may call actions named Get... or ..._Get..."),
    (["tr064:WLANConfiguration1.SetEnable", "New Enable=0"],
     "'New Enable' is not the name of an argument (such as NewIndex)"),
    (["lua:reboot"], "'lua: reboot' is not allowed (pages: "),
])
def test_what_hands_out_keys_or_is_no_request_stays_refused_with_yes(tmp_path, sim, words, message):
    done = call(tmp_path, sim, *words, "--yes")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"boxmeter: {message}")
