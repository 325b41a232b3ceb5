"""What the command line keeps of a Fritz!Box: which services it has (-x, -y, FRITZ_USECACHE), and its key (-e)."""
import json
import os
import random
import shutil
import subprocess
import time

import pytest

from harness import BUILD, FRITZBOX, Sim, lasting_port, listening, run

pytestmark = pytest.mark.sanitized


def host_of(sim):
    return sim.urls[0].split("://")[1]


def fritz(sim, home, *words, env=None):
    """With a home of its own, and no variable of the caller."""
    command = [str(BUILD / "boxmeter"), "fritz", "-i", host_of(sim), *map(str, words)]
    return subprocess.run(command, text=True, capture_output=True, timeout=60, env={"HOME": str(home), **(env or {})})


def asked(sim, home, *words, env=None):
    """How many requests a command made that did its work without a word."""
    before = sim.stats()[0]["requests"]
    done = fritz(sim, home, *words, env=env)
    assert (done.returncode, done.stderr) == (0, "")
    return sim.stats()[0]["requests"] - before


def kept(sim, folder):
    return folder / (host_of(sim).replace(".", "_").replace(":", "_") + ".json")


def test_with_x_a_box_is_read_once_and_then_asked_only_whether_it_is_still_the_same(tmp_path):
    with Sim(FRITZBOX, args=["--still"]) as sim:
        counts = [asked(sim, tmp_path, *flags, "-S", "Hosts1") for flags in (["-x"], ["-x"], ["-y"], [])]
        plain = fritz(sim, tmp_path, "-S", "Hosts1")
        cached = fritz(sim, tmp_path, "-y", "-S", "Hosts1")
        file = kept(sim, tmp_path / ".cache/boxmeter")

    # Two descriptions and one SCPD; jason_boxinfo.xml; nothing; and without a flag all of it again.
    assert counts == [3, 1, 0, 3]
    assert plain.stdout == cached.stdout
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text())["model"] == "FRITZ!Box 7590"


def test_what_is_learned_later_is_kept_too(tmp_path):
    with Sim(FRITZBOX, args=["--still"]) as sim:
        counts = [asked(sim, tmp_path, "-x", "-S", service) for service in ("Hosts1", "Time1", "Hosts1", "Time1")]

    assert counts == [3, 2, 1, 1]


@pytest.mark.parametrize("flags, env, folder, counts", [
    ([], {"FRITZ_USECACHE": "True"}, ".cache/boxmeter", [3, 1]),
    ([], {"FRITZ_USECACHE": "on", "FRITZ_CACHEDIRECTORY": "{home}/mine"}, "mine", [3, 1]),
    ([], {"FRITZ_USECACHE": "False", "FRITZ_CACHEDIRECTORY": "{home}/mine"}, None, [3, 3]),
    (["-x", "--cache-directory", "{home}/yours"], {"FRITZ_CACHEDIRECTORY": "{home}/mine"}, "yours", [3, 1]),
    (["-x", "--cache-format", "json"], {"XDG_CACHE_HOME": "{home}/xdg"}, "xdg/boxmeter", [3, 1]),
])
def test_flags_and_variables_of_fritzconnection(tmp_path, flags, env, folder, counts):
    flags = [flag.format(home=tmp_path) for flag in flags]
    env = {name: text.format(home=tmp_path) for name, text in env.items()}
    with Sim(FRITZBOX, args=["--still"]) as sim:
        assert [asked(sim, tmp_path, *flags, "-S", "Hosts1", env=env) for _ in range(2)] == counts
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert files == ([kept(sim, tmp_path / folder)] if folder else [])


@pytest.mark.parametrize("flags, env", [(["-x", "--cache-format", "pickle"], {}),
                                        (["-x"], {"FRITZ_CACHEFORMAT": "pickle"})])
def test_pickle_is_read_as_json_and_told_so(tmp_path, flags, env):
    with Sim(FRITZBOX, args=["--still"]) as sim:
        done = fritz(sim, tmp_path, *flags, "-s", env=env)

        assert done.returncode == 0
        assert done.stderr == "notice: the cache is JSON, whatever the format asked for ('pickle')\n"
        json.loads(kept(sim, tmp_path / ".cache/boxmeter").read_text())


def other_firmware(folder):
    """The same box after an update that brought a service."""
    shutil.copytree(FRITZBOX, folder)
    description = folder / "tr64desc.xml"
    text = description.read_text()
    assert "154.07.57" in text
    description.write_text(text.replace("154.07.57", "154.08.02").replace("serviceId:Time1", "serviceId:Clock1"))
    return folder


def test_an_update_of_the_box_is_noticed_unless_told_not_to_look(tmp_path):
    updated = other_firmware(tmp_path / "updated")
    port = str(lasting_port())
    with Sim(FRITZBOX, args=["--still", "--port", port]) as sim:
        before = fritz(sim, tmp_path, "-x", "-s").stdout
    with Sim(updated, args=["--still", "--port", port]) as sim:
        believed = fritz(sim, tmp_path, "-y", "-s").stdout
        looked_up = fritz(sim, tmp_path, "-x", "-s").stdout
        from_then_on = fritz(sim, tmp_path, "-y", "-s").stdout

    assert believed == before and "Clock1" not in before
    assert looked_up == from_then_on and "Clock1" in looked_up


def test_boxes_at_different_addresses_have_a_file_each(tmp_path):
    with Sim(FRITZBOX, args=["--still"]) as one, Sim(FRITZBOX, args=["--still"]) as two:
        assert asked(one, tmp_path, "-x", "-s") == asked(two, tmp_path, "-x", "-s") == 2
        assert len(list((tmp_path / ".cache/boxmeter").iterdir())) == 2


DAMAGES = {
    "empty": lambda text: "",
    "cut": lambda text: text[:len(text) // 2],
    "zeros": lambda text: "\0" * len(text),
    "no object": lambda text: "[1, 2]",
    "null": lambda text: "null",
    "member missing": lambda text: text.replace('"services"', '"server"'),
    "member of another type": lambda text: text.replace('"patch":57', '"patch":"57"'),
    "deep": lambda text: "[" * 100_000,
    "of another version": lambda text: text.replace('"format":1', '"format":999'),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("flag", ["-x", "-y"])
def test_a_damaged_cache_is_read_anew_from_the_box_and_told(tmp_path, flag, damage):
    with Sim(FRITZBOX, args=["--still"]) as sim:
        good = fritz(sim, tmp_path, "-x", "-S", "Hosts1").stdout
        file = kept(sim, tmp_path / ".cache/boxmeter")
        whole = file.read_text()
        file.write_text(DAMAGES[damage](whole))
        done = fritz(sim, tmp_path, flag, "-S", "Hosts1")

        why = "it is of another version of boxmeter" if damage == "of another version" else "it is damaged"
        assert (done.returncode, done.stdout) == (0, good)
        assert done.stderr.endswith(f"what the box can be asked is read anew, not from '{file}': {why}\n")
        assert done.stderr.count("\n") == 1
        assert file.read_text() == whole


def test_a_cache_that_cannot_be_written_costs_a_line(tmp_path):
    (tmp_path / "file").write_text("")
    with Sim(FRITZBOX, args=["--still"]) as sim:
        good = fritz(sim, tmp_path, "-s").stdout
        done = fritz(sim, tmp_path, "-x", "--cache-directory", tmp_path / "file", "-s")

    assert (done.returncode, done.stdout) == (0, good)
    assert "what boxes lack and how they are asked is not kept, but found out anew after a restart: cannot " in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_command_that_is_killed_leaves_no_half_written_file(tmp_path):
    chance = random.Random(1)
    folder = tmp_path / ".cache/boxmeter"
    with Sim(FRITZBOX, args=["--still"]) as sim:
        began = time.monotonic()
        good = fritz(sim, tmp_path, "-x", "-c").stdout.splitlines()
        took = time.monotonic() - began
        whole = kept(sim, folder).read_text()
        for _ in range(20):
            shutil.rmtree(folder)
            command = [BUILD / "boxmeter", "fritz", "-i", host_of(sim), "-x", "-c"]
            with subprocess.Popen(command, stdout=subprocess.DEVNULL, env={"HOME": str(tmp_path)}) as program:
                time.sleep(chance.uniform(0.7, 1.1) * took)
                program.kill()
            file = kept(sim, folder)
            assert not file.exists() or file.read_text() == whole
            done = fritz(sim, tmp_path, "-x", "-c")
            assert (done.returncode, done.stderr) == (0, "")
            assert [line for line in done.stdout.splitlines() if "date" not in line.lower()] == [
                line for line in good if "date" not in line.lower()]


# --- the key of the box

def key_of(sim):
    return next(line.split()[1] for line in sim.lines if line.startswith("key "))


def test_show_pin_prints_the_key_as_the_configuration_takes_it(tmp_path):
    with Sim(FRITZBOX, args=["--still", "--tls"]) as sim:
        done = fritz(sim, tmp_path, "--show-pin")
        file = tmp_path / "boxmeter.yml"
        file.write_text("devices:\n  - name: home\n    kind: fritzbox\n"
                        f"    url: {sim.urls[0]}\n    username: monitor\n    password: secret\n    queries: [fritzbox_device]\n"
                        f"    {done.stdout}")
        env = {**os.environ, "STATE_DIRECTORY": str(tmp_path / "state")}
        polled = subprocess.run([BUILD / "boxmeter", "once", "--config.file", file], text=True, capture_output=True, env=env)

        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == f'tls: {{pin: "{key_of(sim)}"}}\n'
        assert polled.returncode == 0, polled.stderr
        assert not (tmp_path / ".local").exists()  # nothing is remembered of a look


def test_show_pin_of_a_port_without_tls_says_so(tmp_path):
    def plain(connection):
        with connection:
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    with listening(plain) as port:
        done = run("fritz", "-i", f"127.0.0.1:{port}", "--show-pin", env={"HOME": str(tmp_path)})

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"boxmeter: no TLS connection to 127.0.0.1:{port}: the port does not speak TLS\n"


def test_with_e_another_key_is_refused_with_both_and_the_way_out(tmp_path):
    tls = ["--still", "--tls", "--port", str(lasting_port())]
    with Sim(FRITZBOX, args=tls) as sim:
        port = sim.urls[0].rsplit(":", 1)[1]
        first, key = fritz(sim, tmp_path, "-e", "-s"), key_of(sim)
    pin = tmp_path / f".local/state/boxmeter/pins/127.0.0.1_{port}"
    with Sim(FRITZBOX, args=tls) as sim:
        refused, other = fritz(sim, tmp_path, "-e", "-s"), key_of(sim)
        insecure = fritz(sim, tmp_path, "-e", "--insecure", "-s")
        pin.unlink()
        after = fritz(sim, tmp_path, "-e", "-s")

    assert first.returncode == 0
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == (
        f"boxmeter: https://127.0.0.1:{port}: /tr64desc.xml: the key of 127.0.0.1:{port} is {other}, but {key} is "
        f"remembered in '{pin}'; if the box was replaced or got a new certificate, delete that file\n")
    assert insecure.stdout == after.stdout == first.stdout
    assert pin.read_text() == other + "\n"


@pytest.mark.parametrize("content", ["", "sha256//", "\0\0\0"])
def test_a_damaged_key_is_no_key_to_believe(tmp_path, content):
    with Sim(FRITZBOX, args=["--still", "--tls"]) as sim:
        pin = tmp_path / ".local/state/boxmeter/pins" / host_of(sim).replace(":", "_")
        pin.parent.mkdir(parents=True)
        pin.write_text(content)
        done = fritz(sim, tmp_path, "-e", "-s")

        assert done.returncode == 2
        assert done.stderr.endswith(f"'{pin}' does not hold a key (sha256//BASE64); delete it to remember the box's key anew\n")


def test_a_command_that_is_killed_leaves_a_whole_key_or_none(tmp_path):
    chance = random.Random(1)
    with Sim(FRITZBOX, args=["--still", "--tls"]) as sim:
        pin = tmp_path / ".local/state/boxmeter/pins" / host_of(sim).replace(":", "_")
        for _ in range(20):
            pin.unlink(missing_ok=True)
            command = [BUILD / "boxmeter", "fritz", "-i", host_of(sim), "-e", "-s"]
            with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  env={"HOME": str(tmp_path)}) as program:
                time.sleep(chance.uniform(0, 0.05))
                program.kill()
            assert not pin.exists() or pin.read_text() == key_of(sim) + "\n"
            assert fritz(sim, tmp_path, "-e", "-s").returncode == 0
