"""The real pyfbx works with boxmeter-sim, and `boxmeter freebox` says what pyfbx says."""
import json
import re
import shutil
import signal

import pytest

from harness import FREEBOX, RECORDINGS, ROOT, Process, Sim, eventually, run
from peers import program, run_peer
from stand_ins import ScriptedFreebox, Telegraf

DELTA = RECORDINGS / "freebox-delta-8.5-handmade"
TOKEN = "boxmeter-sim-app-token"
STATUS = "Connection.Get_the_current_Connection_status()"
SYSTEM = "System.Get_the_current_system_info()"
DIFFERENCES = json.loads((ROOT / "tests/interop/pyfbx_differences.json").read_text())


@pytest.fixture(scope="module", autouse=True)
def installed():
    program("pyfbx")  # skips when it cannot be installed


@pytest.fixture
def token(tmp_path):
    """An option for both programs."""
    file = tmp_path / "token.txt"
    file.write_text(f"{TOKEN}\nboxmeter\n")
    return ["-t", f"f:{file}"]


def words(url, *arguments):
    return ["-u", url, *arguments]


def commands(*texts):
    return [word for text in texts for word in ("-c", text)]


def of_pyfbx(*arguments, code=0):
    done = run_peer("pyfbx", *arguments)
    assert done.returncode == code, done.stderr
    return done


def of_boxmeter(*arguments, code=0):
    done = run("freebox", *arguments)
    assert done.returncode == code, done.stderr
    return done


def catalogue():
    return json.loads(of_boxmeter("commands", "--json").stdout)


def answered(folder):
    """The GET commands that a recording answers: those that succeed with a result, those without one, those refused."""
    good, empty, refused = [], [], []
    for command in catalogue():
        if command["verb"] != "GET" or "choices" in command:  # what pyfbx cannot say
            continue
        pattern = re.escape(command["path"].strip("/").replace("/", "_"))
        for name in command["parameters"]:
            pattern = pattern.replace(re.escape("{" + name + "}"), f"(?P<{name}>[^_]+)")
        for file in sorted((folder / "get").glob("*.json")):
            found = re.fullmatch(pattern, file.stem)
            if not found:
                continue
            arguments = ", ".join(f"{name}={value!r}" for name, value in found.groupdict().items())
            reply = json.loads(file.read_text())
            kind = refused if not reply["success"] else good if "result" in reply else empty
            kind.append(f"{command['command']}({arguments})")
    return good, empty, refused


def corpus_folder(corpus, name, tmp_path):
    """A recording of the corpus; the various replies become one first."""
    if name != "various":
        return corpus / "freebox" / name
    folder = tmp_path / "freebox-various-4"
    (folder / "get").mkdir(parents=True)
    for file in (corpus / "freebox/various").glob("*.json"):
        shutil.copy(file, folder / "get" / (re.sub(r"^api_[^_]+_|-get$", "", file.stem) + ".json"))
    return folder


# --- pyfbx and the simulator

def test_it_finds_the_api_logs_in_and_prints(token):
    with Sim(FREEBOX, args=["--still"]) as sim:
        done = of_pyfbx(*words(sim.urls[0], *token, *commands(STATUS + "['state']")))
        stats = sim.stats()[0]

    assert done.stdout == "'up'\n"
    assert (stats["logins"], stats["wrong_credentials"]) == (1, 0)


def test_it_takes_the_root_of_the_api_as_an_address(token):
    with Sim(FREEBOX) as sim:
        box = words(sim.urls[0] + "/api/v8", *token, *commands(STATUS + "['state']"))

        assert of_pyfbx(*box).stdout == of_boxmeter(*box).stdout == "'up'\n"


def test_it_names_a_refusal_and_a_wrong_token():
    with Sim(FREEBOX) as sim:
        xdsl = of_pyfbx(*words(sim.urls[0], "-t", TOKEN, "-a", "boxmeter",
                               *commands("Connection.Get_the_current_xDSL_infos()")), code=1)
        wrong = of_pyfbx(*words(sim.urls[0], "-t", "wrong", "-a", "boxmeter"), code=2)

    assert "[service_down]" in xdsl.stderr
    assert "403 Client Error" in wrong.stderr


def test_it_opens_a_new_session_when_the_old_one_is_over(token):
    with Sim(FREEBOX, args=["--session-uses", "3"]) as sim:
        of_pyfbx(*words(sim.urls[0], *token, *commands(*[SYSTEM] * 5)))

        assert sim.stats()[0]["logins"] == 2


def test_it_sends_again_and_again(token):
    with Sim(FREEBOX, args=["--still"]) as sim, Telegraf() as telegraf:
        with Process([program("pyfbx"), "-u", sim.urls[0], *token, "-j", "-d", "1", "-s", telegraf.url,
                      *commands(SYSTEM, STATUS)]) as pyfbx:
            eventually(lambda: len(telegraf.taken) >= 4)
            pyfbx.stop(signal.SIGKILL)

    assert [set(body) >= {"uptime_val"} for body in telegraf.taken[:4]] == [True, False, True, False]


def test_it_registers_when_somebody_allows_it():
    with Sim(FREEBOX, args=["--still"]) as sim:
        done = of_pyfbx(*words(sim.urls[0], "-a", "my.app", *commands(STATUS + "['state']")))
        token = re.search(r"Save your application token: (\S+)", done.stderr)[1]
        again = of_boxmeter(*words(sim.urls[0], "-a", "my.app", "-t", token, *commands(STATUS + "['state']")))

    assert done.stdout == again.stdout == "'up'\n"


def test_a_token_file_of_boxmeter_is_one_of_its(tmp_path):
    with Sim(FREEBOX, args=["--still"]) as sim:
        of_boxmeter("register", *words(sim.urls[0], "-a", "my.app", "--token-file", tmp_path / "token.txt"))
        done = of_pyfbx(*words(sim.urls[0], "-t", f"f:{tmp_path}/token.txt", *commands(STATUS + "['state']")))

    assert done.stdout == "'up'\n"


def test_it_ends_with_an_error_when_the_button_says_no():
    with Sim(FREEBOX) as sim:
        sim.control("/button?name=denied")
        done = of_pyfbx(*words(sim.urls[0], "-a", "my.app"), code=2)

    assert re.search("403 Client Error: .*/login/session/", done.stderr)


def test_it_writes_when_that_is_permitted(token):
    command = "Connection.Update_the_Connection_configuration(post_data={'ping': True})"
    with Sim(FREEBOX, args=["--still", "--permit", "settings"]) as sim:
        box = words(sim.urls[0], *token)
        theirs = of_pyfbx(*box, *commands(command)).stdout

        assert theirs == of_boxmeter(*box, "--yes", "--reveal", *commands(command)).stdout


# --- both

@pytest.mark.parametrize("folder", [FREEBOX, DELTA], ids=lambda folder: folder.name)
def test_every_reply_of_our_recordings_is_the_same(folder, token):
    same_replies(folder, token, least=14)


@pytest.mark.parametrize("name, least", [("documentation-3", 7), ("ultra-16.0", 2), ("various", 7)])
def test_every_reply_of_the_corpus_is_the_same(corpus, name, least, token, tmp_path):
    same_replies(corpus_folder(corpus, name, tmp_path), token, least)


def same_replies(folder, token, least):
    """As JSON, as text, as a listener gets them; and the same refusals."""
    good, empty, refused = answered(folder)
    assert len(good) >= least, good
    with Sim(folder, args=["--still", "--kind", "freebox"]) as sim:
        box = words(sim.urls[0], *token)
        theirs = of_pyfbx(*box, "-j", *commands(*good)).stdout.splitlines()
        ours = of_boxmeter(*box, "-j", "--reveal", *commands(*good)).stdout.splitlines()
        assert dict(zip(good, map(json.loads, ours), strict=True)) == dict(zip(good, map(json.loads, theirs), strict=True))
        assert of_boxmeter(*box, "--reveal", *commands(*good)).stdout == of_pyfbx(*box, *commands(*good)).stdout
        assert sent(of_boxmeter, *box, "--reveal", *commands(*good)) == sent(of_pyfbx, *box, *commands(*good))
        for command in empty:
            difference = DIFFERENCES["no result"]
            assert of_pyfbx(*box, "-j", *commands(command)).stdout.strip() == json.dumps(difference["pyfbx"])
            assert of_boxmeter(*box, "-j", *commands(command)).stdout.strip() == json.dumps(difference["boxmeter"])
        for command in refused:
            code = re.search(r"\[(\w+)\]", of_pyfbx(*box, *commands(command), code=1).stderr)[1]
            assert f": {code}" in of_boxmeter(*box, *commands(command), code=1).stderr


def sent(program_of, *arguments):
    """What a listener gets: (path, content type, value)."""
    with Telegraf() as telegraf:
        done = program_of(*arguments, "-j", "-s", telegraf.url)
        assert done.stdout == ""
        return [(headers["Content-Type"], json.loads(body)) for _, headers, body, _ in telegraf.requests]


def test_a_value_within_a_reply_is_the_same(token):
    steps = [STATUS + "['rate_up']", STATUS + '["ipv4"]', SYSTEM + "['sensors'][0]", SYSTEM + "['sensors'][-1]['value']",
             "Switch.Get_the_current_switch_status()[0]['id']", "Switch.Get_a_port_stats(1)['rx_good_bytes']",
             "Switch.Get_a_port_stats(id='2') [ 'rx_good_bytes' ]", "System.Get_the_current_system_info(\\\n)['uptime_val']",
             "Switch.Get_a_port_stats(0x1)"]
    with Sim(FREEBOX, args=["--still"]) as sim:
        box = words(sim.urls[0], *token)

        assert of_boxmeter(*box, *commands(*steps)).stdout == of_pyfbx(*box, *commands(*steps)).stdout


def test_whatever_a_box_says_is_printed_the_same(token):
    texts = ["", "l'été", 'guillemets "doubles"', "les deux ' et \"", "tabulation\tet\nligne\r\n", "\\antislash\x7f\xa0",
             "mot " * 40, "ligne longue " * 9 + "\n" + "seconde ligne " * 9, "é" * 90, "😀 " * 60, "a" * 200, "x\u2028y\u200bz"]
    numbers = [0, -1, 2**53 + 1, 2**64 - 1, -2**63, 0.1, 1e15, 1e16, 1e-5, 0.0001, -0.0, 12500000000.5, 1.5e300]
    replies = [*texts, *numbers, None, True, [], {}, texts, numbers, [[[[]]]], {"b": texts, "a": {"c": numbers}},
               {"clé " + text[:60]: [{"valeur": text, "n": [None, False]}] for text in texts}]
    with ScriptedFreebox({"system/": lambda: replies}) as box:
        asked = [SYSTEM + f"[{index}]" for index in range(len(replies))]
        arguments = words(box.url, "-t", TOKEN, "-a", "boxmeter", *commands(SYSTEM, *asked))

        assert of_boxmeter(*arguments).stdout == of_pyfbx(*arguments).stdout


def test_where_pyfbx_is_wrong_the_difference_is_listed(token):
    for name, difference in DIFFERENCES.items():
        assert set(difference) == {"reason", "pyfbx", "boxmeter"}, name
    difference = DIFFERENCES["version"]
    asked = {}
    for who in (of_pyfbx, of_boxmeter):
        with ScriptedFreebox({"system/": lambda: {}}, version="16.0") as box:
            who(*words(box.url, *token))
            asked[who] = next(path for _, path, _ in box.asked if path.endswith("/system/"))

    assert asked == {of_pyfbx: difference["pyfbx"], of_boxmeter: difference["boxmeter"]}

