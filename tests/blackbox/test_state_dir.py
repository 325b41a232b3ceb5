"""A folder for state that cannot be used is found by `check` and before the start where it is needed, told once with the way out,
and costs nothing where it is not needed."""
import os
import shutil
import subprocess

import pytest

from harness import BUILD, FRITZBOX, Process, Sim, config, fritzbox, push, samples, sink
from test_fritz_cache import key_of

MOUNT = ["unshare", "--mount", "sh", "-ec"]
# How each folder comes about, from "$0", before "$@" is run; and how what cannot be done there is told.
STATES = {
    "a file": ([], "'{state}' is not a folder"),
    "read-only": ([*MOUNT, 'mount -t tmpfs -o ro none "$0"; exec "$@"'], "cannot write in '{state}': Read-only file system"),
    "full": ([*MOUNT, 'mount -t tmpfs -o size=64k none "$0"; head -c 128k /dev/zero >"$0/filler" 2>/dev/null || true; exec "$@"'],
             "cannot write in '{state}': No space left on device"),
    "another user's": (["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-dac_override,-dac_read_search",
                        "sh", "-ec", 'exec "$@"'], "cannot write in '{state}': Permission denied"),
}


class State:
    """A folder for state; `why` is what stands in its way, and `command()` a command that finds it so."""

    def __init__(self, folder, kind):
        self.folder, self.path = folder, folder / "state"
        self.before, why = STATES[kind]
        self.why = why.format(state=self.path)
        if kind == "a file":
            self.path.write_text("in the way")
        else:
            self.path.mkdir(mode=0o700)
        if kind == "another user's":
            os.chown(self.path, 12345, 12345)

    def command(self, text, *words):
        (self.folder / "boxmeter.yml").write_text("state_dir: state\n" + text)
        before = [*self.before, self.path] if self.before else []
        return [*before, BUILD / "boxmeter", *words, "--config.file", self.folder / "boxmeter.yml"]

    def run(self, text, *words):
        done = subprocess.run(list(map(str, self.command(text, *words))), text=True, capture_output=True, timeout=60)
        return done.returncode, done.stdout, done.stderr


@pytest.fixture(params=STATES)
def state(tmp_path, request):
    before = STATES[request.param][0]
    if before and (os.geteuid() != 0 or not shutil.which(before[0])):
        pytest.skip(f"{before[0]} is not there, or not root uses it")
    if before[:2] == MOUNT[:2] and subprocess.run([*MOUNT, "mount -t tmpfs none /mnt"], capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    return State(tmp_path, request.param)


@pytest.mark.parametrize("words", [("check",), ("serve", "--web.listen-address", "127.0.0.1:0"), ("once",)], ids=lambda words: words[0])
def test_where_the_key_of_a_box_must_be_remembered_it_is_found_before_the_start(state, words):
    done = state.run(config(fritzbox("https://127.0.0.1:49443"), fritzbox("https://127.0.0.1:49444", name="two")), *words)

    assert done == (2, "", f"boxmeter: {state.folder}/boxmeter.yml:1:12: state_dir '{state.path}' cannot be used: {state.why}; "
                           "device 'home' needs it to remember the key of its box: give a folder that this user can write in, or say "
                           'whom to trust with tls: {pin: "sha256//..."}\n')


SPOOL = push(sink("http://127.0.0.1:1/", format="json", spool={"max": "1MiB"}), sink("http://127.0.0.1:1/", name="b", format="json"))


@pytest.mark.parametrize("words", [("check",), ("serve", "--web.listen-address", "127.0.0.1:0", "--log.format", "text")],
                         ids=lambda words: words[0])
def test_where_a_spool_must_be_written_it_is_found_before_the_start(state, words):
    text = config(fritzbox("http://127.0.0.1:1", queries=["fritzbox_device"]), extra=SPOOL)
    if "No space" not in state.why:
        assert state.run(text, *words) == (2, "", (
            f"boxmeter: {state.folder}/boxmeter.yml:1:12: state_dir '{state.path}' cannot be used: {state.why}; push 'telegraf' needs it "
            "for its spool: give a folder that this user can write in, or remove 'spool'\n"))
        return

    # There will be room again: memory serves until then.
    told = f"the spool of push 'telegraf': {state.why}; what waits is kept in memory until there is room"
    if words[0] == "check":
        assert state.run(text, *words) == (0, f"{state.folder}/boxmeter.yml: valid: 1 device, 1 query, 2 sinks\n", f"warning: {told}\n")
    else:
        with Process(state.command(text, *words)) as daemon:
            daemon.wait_for_line(f"warn  {told}$")


def test_who_only_asks_a_box_needs_no_spool(state):
    with Sim(FRITZBOX) as sim:
        code, page, told = state.run(config(fritzbox(sim.urls[0]), extra=SPOOL), "once")

    assert (code, samples(page)['box_up{device="home",kind="fritzbox"}']) == (0, "1"), told


@pytest.mark.parametrize("how", ["http", "https with a pin"])
def test_where_nothing_must_be_kept_it_costs_nothing_and_is_told_once(state, how):
    with Sim(FRITZBOX, FRITZBOX, args=["--tls"] if how != "http" else []) as sim:
        trust = {"tls": {"pin": key_of(sim)}} if how != "http" else {}
        text = config(*(fritzbox(url, name=name, **trust) for name, url in zip(("one", "two"), sim.urls)))
        code, valid, warnings = state.run(text, "check")
        assert (code, valid[:valid.find(",")], warnings) == (0, f"{state.folder}/boxmeter.yml: valid: 2 devices", "")
        with Process(state.command(text, "serve", "--web.listen-address", "127.0.0.1:0", "--log.format", "text")) as daemon:
            for name in ("one", "two"):
                daemon.wait_for_line(f"info  {name}: FRITZ!Box 7590 154.07.57: ")
            assert daemon.stop() == 0

    log = [line for line in daemon.lines if " warn  " in line or " error " in line]
    socket = [line for line in log if "no control socket, which 'boxmeter reload' and 'boxmeter healthcheck' ask: " in line]
    kept = [line for line in log if "what boxes lack and how they are asked is not kept, but found out anew after a restart: " in line]
    assert len(kept) == 1 and kept[0].endswith("; 'state_dir' needs a folder that this user can write in")
    assert len(socket) <= 1 and log == [*socket, *kept], daemon.log
