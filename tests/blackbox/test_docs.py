"""What the pages in docs/ say is true: every command is run, or, where that cannot be here, held against what it names; every
example is read by the program that it is for; every link leads somewhere; every name is one that boxmeter knows."""
import configparser
import json
import os
import pathlib
import re
import shlex
import shutil
import stat
import subprocess

import pytest
import yaml

import pages
from harness import BUILD, FREEBOX, FRITZBOX, ROOT, Daemon, Sim, config, freebox, fritzbox, names, run
from pages import DOCS, NEIGHBOURS, PAGES, all_blocks, anchors, inline_code, links, prose

COMMANDS = {line.split()[0] for line in run("help").stdout.splitlines() if line.startswith("  ")} | {"help"}
CATALOGUE = json.loads(run("metrics", "--format", "json").stdout)
PACKS = {path.stem: yaml.safe_load(path.read_text()) for path in (ROOT / "config/queries").glob("*.yml")}
OPTIONS = {path.name: path for path in (ROOT / "config").rglob("*") if path.is_file()}


def every(blocks):
    return [pytest.param(block, id=str(block)) for block in blocks]


# Commands.  A page may say what is in its block of `sh`, and in no other way.

# Asks a person, or goes on until somebody ends it: the options are held against the help.  test_setup.py, test_readme.py and
# the tests of each client run them.
ASKS_OR_STAYS = {("setup",), ("serve",), ("freebox", "register"), ("fritz", "monitor"), ("hash-password",)}
UNITS = {"boxmeter", "boxmeter.service", "boxmeter.socket", "prometheus", "grafana-server", "prometheus-alertmanager"}
# What Debian, or who makes the program, calls the packages that pages name.
FROM_DEBIAN = {"prometheus", "prometheus-alertmanager", "prometheus-blackbox-exporter", "build-essential", "debhelper", "curl"}


def of(*first):
    return [(block, command) for block in all_blocks("sh") for command in block.commands
            if re.sub(r"^sudo ", "", command).split()[0] in first]


def each(commands):
    return [pytest.param(block, command, id=f"{block}-{command}") for block, command in commands]


def bare(command):
    return re.sub(r"^sudo ", "", command)


def stays(words):
    return any(tuple(words[:len(each)]) == each for each in ASKS_OR_STAYS)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with a configuration of two simulated boxes, as `boxmeter setup` leaves one, and what else pages name there."""
    folder = tmp_path_factory.mktemp("home")
    with Sim(FRITZBOX, FREEBOX) as sim:
        text = config(fritzbox(sim.urls[0], queries="[fritzbox, fritzbox_phone]"), freebox(sim.urls[1]), poll="interval: 30s")
        (folder / "boxmeter.yml").write_text(text)
        (folder / "my.yml").write_text(text)
        (folder / "freebox.token").write_text("boxmeter-sim-app-token\nboxmeter\n")
        (folder / "freebox.token").chmod(0o600)
        with Daemon(folder, text) as daemon:
            daemon.wait_for(lambda found: found.get('box_up{device="home",kind="fritzbox"}') == "1"
                            and found.get('box_up{device="free",kind="freebox"}') == "1")
            yield folder, sim, daemon


@pytest.fixture(scope="module")
def tutorial(home, tmp_path_factory):
    """The folder of who has followed docs/packs.md up to "Try it"."""
    _, sim, _ = home
    folder = tmp_path_factory.mktemp("tutorial")
    pack, settings = [block.text for block in pages.blocks(ROOT / "docs/packs.md", "yaml")][:2]
    (folder / "packs").mkdir()
    (folder / "packs" / f"{yaml.safe_load(pack)['pack']}.yml").write_text(pack)
    write_secrets(settings, folder)
    (folder / "boxmeter.yml").write_text(settings.replace("http://fritz.box:49000", sim.urls[0]))
    return folder


def at_the_simulator(words, sim):
    """The address of a box of one's own becomes the simulator's."""
    port = sim.urls[0].rsplit(":", 1)[1]
    if words[0] == "fritz":
        assert words[1:3] == ["-i", "fritz.box"], "a page says which box"
        words = ["fritz", "-i", "127.0.0.1", "--port", port, *words[3:]]
    if words[0] == "freebox" and words[1:2] != ["commands"]:
        words = ["freebox", "-n", "-u", sim.urls[1], *words[1:]]
    return words


@pytest.mark.parametrize("block, command", each(of("boxmeter", "build/boxmeter")))
def test_a_command_of_boxmeter(home, tutorial, tmp_path, block, command):
    folder, sim, daemon = home
    if block.page.name == "packs.md":
        folder = tutorial
    words = shlex.split(bare(command), comments=True)[1:]
    assert words[0] in COMMANDS, f"no command of boxmeter: {words[0]}"
    if stays(words):
        shown = run(*[word for word in words[:2] if not word.startswith("-")], "--help").stdout
        options = [word.split("=")[0] for word in words if word.startswith("--")]
        assert [option for option in options if not re.search(rf"{re.escape(option)}\b", shown)] == []
        return
    before, pipe, after = bare(command).partition(" | ")
    words = at_the_simulator(shlex.split(before, comments=True)[1:], sim)
    if words[0] == "record":
        words[2] = str(tmp_path / "recording")

    done = run(*words, cwd=folder, env={"STATE_DIRECTORY": str(folder / "state"), "FRITZ_USERNAME": "monitor", "FRITZ_PASSWORD": "secret",
                                        "XDG_STATE_HOME": str(tmp_path)})

    # The daemon of the test listens at a port of its own, which doctor tells as a warning: it is none of the page's.
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout or (words[0] == "record" and list(pathlib.Path(words[2]).iterdir()))
    if pipe:
        assert subprocess.run(after, shell=True, input=done.stdout, text=True, capture_output=True).stdout


@pytest.mark.parametrize("block, command", each(of("curl")))
def test_a_command_of_curl(home, block, command):
    _, sim, daemon = home
    assert "http://127.0.0.1:9877/" in command or "http://mafreebox.freebox.fr/" in command
    command = command.replace("http://127.0.0.1:9877", daemon.url).replace("http://mafreebox.freebox.fr", sim.urls[1])
    command = command.replace("curl ", "curl --fail --silent ", 1)
    done = subprocess.run(command, shell=True, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("block, command", each(of("systemctl", "journalctl", "systemd-analyze")))
def test_a_command_of_systemd_names_units_that_there_are(block, command):
    words = [word for word in shlex.split(bare(command), comments=True)[1:] if word not in ("-u", "-f", "-e", "-n", "--now", "50", "security")]
    verbs = {"restart", "reload", "status", "start", "stop", "enable", "edit", "kill"}
    if "systemctl" in command:
        assert words.pop(0) in verbs
    assert words and set(words) <= UNITS


@pytest.mark.parametrize("block, command", each(of("apt", "apt-get")))
def test_a_command_of_apt_names_packages_that_there_are(block, command):
    words = [word for word in shlex.split(bare(command), comments=True)[1:] if not word.startswith("-")]
    listed = {line for line in (ROOT / "packages.txt").read_text().splitlines() if line and line[0] not in "#["}
    built = {word for word in words if re.fullmatch(r"\.{1,2}/boxmeter_\*\.deb|\./|\.\./boxmeter_\*\.deb", word)}
    assert words[0] in ("install", "build-dep", "remove", "purge", "update")
    assert set(words[1:]) - built <= listed | FROM_DEBIAN | {"boxmeter", "boxmeter-sim"}


@pytest.mark.parametrize("block, command", each(of("promtool", "amtool")))
def test_a_command_of_prometheus_checks_files_that_there_are(block, command):
    words = shlex.split(command, comments=True)
    assert words[1:3] in (["check", "config"], ["check", "rules"]) or words[1] == "check-config"
    files = [word for word in words if word.endswith(".yml")]
    assert files and [file for file in files if pathlib.Path(file).name not in OPTIONS
                      and pathlib.Path(file).name not in ("prometheus.yml", "alertmanager.yml")] == []


def test_commands_of_containers_name_files_that_there_are():
    for block, command in of("docker", "kubectl"):
        words = shlex.split(bare(command), comments=True)
        files = [word for word in words if re.search(r"\.ya?ml$|^docker/?$|^docker/", word)]
        assert [file for file in files if not (ROOT / file).exists()] == [], f"{block}: {command}"
        verb = "up" if words[1] == "compose" else words[1]
        assert verb in ("up", "run", "exec", "build", "logs", "apply", "create", "load", "save"), f"{block}: {command}"


ELSEWHERE = {"meson", "ninja", "dpkg-buildpackage"}  # test_install.py, test_packaging.py


# Lines that a test of their own runs.
RUN_BELOW = [f"{block}: {command}" for block in pages.blocks(ROOT / "docs/moving.md", "sh") for command in block.commands
             if command.startswith("(umask ")]
ASKED = [(block, command) for block in all_blocks("sh") for command in block.commands if command.startswith("bash -c 'read ")]
RUN_BELOW += [f"{block}: {command}" for block, command in ASKED]


@pytest.mark.parametrize("block, command", each(ASKED))
def test_a_password_that_is_asked_for_is_in_a_file_for_one_user_and_not_shown(tmp_path, block, command):
    command = command.replace("sudo ", "").replace("-o 10001", f"-o {os.getuid()}")

    done = subprocess.run(command, shell=True, cwd=tmp_path, input="secret phrase\n", text=True, capture_output=True)

    assert (done.returncode, "secret" in done.stdout + done.stderr) == (0, False)
    [file] = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("secret phrase\n", 0o400)
    compose = (ROOT / "docker/compose.yml").read_text()
    assert file.name in compose


def test_the_token_of_another_exporter_is_taken_over(tmp_path):
    """trazfr's file is JSON; what comes out is a token that boxmeter reads, in a file for nobody else."""
    (tmp_path / "token.json").write_text(json.dumps({"api": {"uid": "x"}, "app_token": "boxmeter-sim-app-token"}))
    commands = [line.split(": ", 1)[1] for line in RUN_BELOW if "moving.md" in line]
    assert len(commands) == 1

    done = subprocess.run("\n".join(commands), shell=True, check=True, cwd=tmp_path, text=True, capture_output=True)

    assert done.stdout + done.stderr == ""
    assert (tmp_path / "free.token").stat().st_mode & 0o777 == 0o600
    with Sim(FREEBOX) as sim:
        (tmp_path / "boxmeter.yml").write_text(
            f"devices: [{{name: free, kind: freebox, url: \"{sim.urls[0]}\", app_token_file: free.token, app_id: boxmeter}}]\n")
        assert run("once", cwd=tmp_path, env={"STATE_DIRECTORY": str(tmp_path / "state")}).returncode == 0


def test_no_command_is_of_a_kind_that_nothing_here_tests():
    known = {"boxmeter", "build/boxmeter", "./dev", "curl", "systemctl", "journalctl", "systemd-analyze", "apt", "apt-get", "promtool", "amtool", "docker", "kubectl",
             "cp", "mkdir", "install", "boxmeter-sim"} | ELSEWHERE
    # `./dev test` in a page is this very run.
    strange = [f"{block}: {command}" for block in all_blocks("sh") for command in block.commands
               if bare(command).split()[0] not in known and f"{block}: {command}" not in RUN_BELOW]
    assert strange == []


@pytest.mark.parametrize("block, command", each(of("./dev")))
def test_a_command_of_dev_is_one(block, command):
    usage = subprocess.run(["./dev"], cwd=ROOT, text=True, capture_output=True).stdout
    assert re.search(rf"^  {re.escape(shlex.split(command)[1])} ", usage, re.M)


def test_no_command_shows_a_password_or_swallows_the_line_behind_it():
    bad = [f"{block}: {command}" for block in all_blocks("sh") for command in block.commands
           if re.search(r"(--password|boxmeter .* -p) +[^-$ ]|\becho\b.*[Pp]assword|<<|\bread (?!-rs)", command)]
    assert bad == []
    # What asks or stays stands last in its block: what is pasted behind it would be its answer.
    for block in all_blocks("sh"):
        for command in block.commands[:-1]:
            words = shlex.split(bare(command), comments=True)
            assert not (words[0].endswith("boxmeter") and words[1] in ("serve", "setup", "hash-password")), f"{block}: {command}"
            assert not re.search(r"\bread -", command), f"{block}: {command}"


# Copying.  What a page copies is there after `meson install`, and what is replaced is kept.

@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    root = tmp_path_factory.mktemp("root")
    subprocess.run(["meson", "install", "-C", BUILD, "--no-rebuild", "--quiet"], check=True, stdout=subprocess.DEVNULL,
                   env={**os.environ, "DESTDIR": str(root)})
    if not (root / "usr/share/boxmeter").exists():  # built with another prefix
        shutil.copytree(next(root.rglob("share/boxmeter")), root / "usr/share/boxmeter")
    for folder in ("etc/prometheus", "etc/grafana/provisioning", "etc/boxmeter", "var/lib/grafana"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "etc/prometheus/prometheus.yml").write_text("# somebody's own\n")
    (root / "etc/prometheus/alertmanager.yml").write_text("# somebody's own\n")
    return root


@pytest.mark.parametrize("standing", ["in the sources", "beside the installed pages"])
@pytest.mark.parametrize("block", every(block for block in all_blocks("sh")
                                        if any(bare(c).split()[0] in ("cp", "mkdir", "install") for c in block.commands)))
def test_what_a_page_copies_is_there_and_what_it_replaces_is_kept(machine, block, standing):
    copies = [bare(command) for command in block.commands if bare(command).split()[0] in ("cp", "mkdir", "install")]
    # Who builds this may be nobody who can give files away.
    moved = [re.sub(r"(?<=\s)/(etc|usr|var)/", rf"{machine}/\1/", command.replace("-o 10001 -g 10001 ", "")) for command in copies]
    before = {path: path.read_text() for path in (machine / "etc").rglob("*.yml")}

    subprocess.run("\n".join(["set -e", *moved]), shell=True, check=True, executable="/bin/bash",
                   cwd=ROOT if standing == "in the sources" else next(machine.rglob("share/doc/boxmeter")))

    assert [path for path in (machine / "etc").rglob("*") if path.is_symlink()] == []
    for path, text in before.items():
        kept = [other.read_text() for other in path.parent.glob(f"{path.name}*")]
        assert text in kept, f"{block} overwrites {path.name}"


# Examples.

SECRET = re.compile(r"\b(?:password_file|app_token_file|bearer_token_file|credentials_file|bot_token_file): *([\w./-]+)")


def write_secrets(text, folder):
    for name in SECRET.findall(text):
        path = folder / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("secret\nboxmeter\n" if f"app_token_file: {name}" in text and "app_id" not in text else "secret\n")
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)


def what_it_is(text):
    """Of which program an example is, by its first keys."""
    tops = set(yaml.safe_load(text) or {}) if not text.lstrip().startswith("- ") else set()
    for kind, keys in {"boxmeter": {"devices", "push", "web", "defaults", "poll", "log", "reload", "query_files", "device_files", "shard"},
                       "pack": {"pack"}, "prometheus": {"scrape_configs", "alerting", "rule_files"}, "rules": {"groups"},
                       "alertmanager": {"receivers"}, "compose": {"services"}, "home assistant": {"rest"},
                       "blackbox": {"modules"}, "smokeping": {"targets"}, "web": {"tls_server_config", "basic_auth_users"},
                       "kubernetes": {"apiVersion"}, "grafana": {"datasources"}}.items():
        if tops & keys:
            return kind
    return f"of no program that is known here: {sorted(tops)}"


def examples(kind):
    return every(block for block in all_blocks("yaml") if what_it_is(block.text) == kind)


def test_every_example_is_of_a_program_that_reads_it_here():
    strange = [f"{block}: {what_it_is(block.text)}" for block in all_blocks("yaml") if what_it_is(block.text).startswith("of no")]
    assert strange == []


@pytest.mark.parametrize("block", examples("boxmeter"))
def test_an_example_of_a_configuration_is_accepted(tmp_path, block):
    text = re.sub(r"(?m)^( *)config_file: web\.yml.*\n", "", block.text)  # certificates and hashes are not in a page
    text = re.sub(r"\{config_file: web\.yml\}", "{}", text)
    if not re.search(r"^devices:", text, re.M):
        text += "devices:\n" + fritzbox("http://127.0.0.1:1") + freebox("http://127.0.0.1:1")
    for pack in (other for other in pages.blocks(block.page, "yaml") if what_it_is(other.text) == "pack"):
        (tmp_path / "packs").mkdir(exist_ok=True)
        (tmp_path / "packs" / f"{yaml.safe_load(pack.text)['pack']}.yml").write_text(pack.text)
    if "query_files" not in text and (tmp_path / "packs").exists():
        text = "query_files: [packs/*.yml]\n" + text
    write_secrets(text, tmp_path)
    text = re.sub(r"(?<=_file: )/", f"{tmp_path}/", text)
    (tmp_path / "boxmeter.yml").write_text(text)

    done = run("check", "--config.file", "boxmeter.yml", cwd=tmp_path, env={"STATE_DIRECTORY": str(tmp_path / "state"), **{
        name: "secret" for name in re.findall(r"(?<!\$)\$\{(\w+)\}", text)}})

    assert done.returncode == 0, done.stderr + text


@pytest.mark.parametrize("block", examples("pack"))
def test_an_example_of_a_pack_gives_its_metrics(tmp_path, block):
    pack = yaml.safe_load(block.text)
    (tmp_path / "pack.yml").write_text(block.text)
    with Sim(FRITZBOX, FREEBOX) as sim:
        device = fritzbox if pack["kind"] == "fritzbox" else freebox
        url = sim.urls[0 if pack["kind"] == "fritzbox" else 1]
        (tmp_path / "boxmeter.yml").write_text("query_files: [pack.yml]\n" + config(device(url, queries=f"[{pack['pack']}]")))
        done = run("once", "--format", "json", cwd=tmp_path, env={"STATE_DIRECTORY": str(tmp_path / "state")})
    assert done.returncode == 0, done.stderr
    wanted = {metric["name"] for query in pack["queries"] for metric in query["metrics"]}
    assert wanted <= {series["name"] for series in json.loads(done.stdout)}


def checked_by(tool, *words):
    """Where Debian's package of the tool is not here the example is YAML at least, which what_it_is() has read."""
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    done = subprocess.run([tool, *map(str, words)], text=True, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("block", examples("prometheus"))
def test_an_example_for_prometheus_is_accepted(tmp_path, block):
    for name in ("rules.yml", "alerts.yml"):
        shutil.copy(ROOT / "config/prometheus" / name, tmp_path)
    write_secrets(block.text, tmp_path)
    text = re.sub(r"(?<=_file: )/", f"{tmp_path}/", block.text)
    (tmp_path / "prometheus.yml").write_text(text)
    checked_by("promtool", "check", "config", tmp_path / "prometheus.yml")


@pytest.mark.parametrize("block", examples("rules"))
def test_an_example_of_rules_is_accepted(tmp_path, block):
    (tmp_path / "rules.yml").write_text(block.text)
    checked_by("promtool", "check", "rules", tmp_path / "rules.yml")


def expressions(block):
    """A block of promql has one expression in each paragraph."""
    return [part.strip() for part in re.sub(r"(?m)#.*$", "", block.text).split("\n\n") if part.strip()]


@pytest.mark.parametrize("block", every(all_blocks("promql")))
def test_an_example_of_promql_is_understood_and_asks_for_what_there_is(tmp_path, block):
    rules = [{"record": f"example:expression{number}", "expr": text} for number, text in enumerate(expressions(block))]
    assert rules
    strange = {name for name in re.findall(r"\bbox(?:meter)?_\w+", block.text)
               if name not in {metric["name"] for metric in CATALOGUE} and not name.startswith("boxmeter_")}
    assert strange == set()
    (tmp_path / "rules.yml").write_text(json.dumps({"groups": [{"name": "examples", "rules": rules}]}))
    checked_by("promtool", "check", "rules", tmp_path / "rules.yml")


@pytest.mark.parametrize("block", examples("alertmanager"))
def test_an_example_of_a_receiver_takes_the_place_of_the_one_in_the_example(tmp_path, block):
    whole = yaml.safe_load((ROOT / "config/prometheus/alertmanager-example.yml").read_text())
    for receiver in yaml.safe_load(block.text)["receivers"]:
        assert receiver["name"] in [each["name"] for each in whole["receivers"]]
        whole["receivers"] = [receiver if each["name"] == receiver["name"] else each for each in whole["receivers"]]
    (tmp_path / "alertmanager.yml").write_text(yaml.safe_dump(whole))
    checked_by("amtool", "check-config", tmp_path / "alertmanager.yml")


@pytest.mark.parametrize("block", examples("compose"))
def test_an_example_for_compose_has_services_with_images_and_no_secret(block):
    said = yaml.safe_load(block.text)
    for name, service in said["services"].items():
        assert "image" in service or "build" in service, name
        for port in service.get("ports", []):
            assert str(port).startswith("127.0.0.1:"), f"{name}: who may ask is said, not everybody"
    assert set(said) <= {"services", "volumes", "networks", "configs", "secrets", "name"}


@pytest.mark.parametrize("block", every(all_blocks("ini")))
def test_an_example_for_systemd_has_sections(block):
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read_string(block.text)
    assert set(parser.sections()) <= {"Unit", "Service", "Install", "Socket"}


@pytest.mark.parametrize("block", every(all_blocks("json")))
def test_an_example_of_json_is_json(block):
    json.loads(block.text)


@pytest.mark.parametrize("block", every(all_blocks("alloy")))
def test_an_example_for_alloy_has_blocks_that_end_and_names_that_are_defined(block):
    """Alloy is no package of Debian's; the parser of its language (grafana/alloy/syntax) has read these blocks by hand."""
    text = re.sub(r'"(?:[^"\\]|\\.)*"', '""', re.sub(r"(?m)^\s*//.*$", "", block.text))
    assert text.count("{") == text.count("}") and text.count("[") == text.count("]")
    defined = set(re.findall(r'(?m)^([\w.]+) "(\w+)" \{', block.text))
    for component, label in re.findall(r"\b((?:prometheus|otelcol)\.[\w.]+?)\.(\w+)\.(?:receiver|input|handler)\b", block.text):
        assert (component, label) in defined


def read_template(template, text):
    """What Home Assistant makes of it: Jinja, with a filter of its own, and JSON read where it is some."""
    jinja2 = pytest.importorskip("jinja2", reason="python3-jinja2 is not installed")
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    environment.filters["regex_findall_index"] = lambda value, find, index=0: re.findall(find, value)[index]
    return environment.from_string(template).render(value=text, value_json=json.loads(text) if text.startswith("{") else None)


@pytest.mark.parametrize("block", examples("home assistant"))
def test_the_sensors_for_home_assistant_find_their_values(home, block):
    _, _, daemon = home
    found = {}
    for resource in yaml.safe_load(block.text)["rest"]:
        said = daemon.get(resource["resource"].split(":9877", 1)[1]).decode()
        for sensor in resource.get("sensor", []) + resource.get("binary_sensor", []):
            found[sensor["name"]] = read_template(sensor["value_template"], said)
    assert (found["Box home answers"], found["Internet at home"], found["Firmware of the box at home"]) == ("True", "True", "154.07.57")
    assert all(float(found[name]) > 0 for name in ("Download at home", "Received at home"))


def test_no_block_is_in_a_language_that_nothing_here_reads():
    known = {"sh", "yaml", "json", "ini", "promql", "alloy", "cpp", "text"}
    assert [f"{block}: '{block.language}'" for block in all_blocks() if block.language not in known] == []


# Names and links.

@pytest.mark.parametrize("page", [pytest.param(page, id=str(page.relative_to(ROOT))) for page in [*PAGES, *NEIGHBOURS]])
def test_every_link_leads_somewhere(page):
    dead = []
    for link in links(page):
        if "://" in link or link.startswith("mailto:"):
            continue
        path, _, anchor = link.partition("#")
        to = (page.parent / path).resolve() if path else page
        if not to.exists() or (anchor and to.suffix == ".md" and anchor not in anchors(to)):
            dead.append(link)
    assert dead == []


def test_every_page_is_linked_from_the_index_and_the_index_from_the_readme():
    index = {(ROOT / "docs" / link.split("#")[0]).resolve() for link in links(ROOT / "docs/README.md") if "://" not in link}
    assert [page.name for page in DOCS if page.name != "README.md" and page not in index] == []
    assert "docs/README.md" in links(ROOT / "README.md")


def known_names():
    queries = {query["name"] for pack in PACKS.values() for query in pack["queries"]}
    metrics = {metric["name"] for metric in CATALOGUE}
    foreign = {metric["name"] for pack in PACKS.values() for query in pack["queries"] for metric in query["metrics"]}
    return queries | metrics | foreign | set(PACKS)


@pytest.mark.parametrize("page", [pytest.param(page, id=str(page.relative_to(ROOT))) for page in PAGES])
def test_every_name_of_a_pack_query_or_metric_is_one(home, page):
    """Also boxmeter's own series, which a running one tells; `box_wan_*` stands for at least one."""
    _, _, daemon = home
    examples = {name for block in pages.blocks(page, "yaml") for name in re.findall(r"\b(?:box|fritzbox|freebox)_\w+", block.text)}
    examples &= {name for block in pages.blocks(page, "yaml") if what_it_is(block.text) == "pack"
                 for name in re.findall(r"\b(?:box|fritzbox|freebox)_\w+", block.text)}
    known = known_names() | names(daemon.samples()) | examples
    # How boxmeter is built, and what a peer is called.
    others = {"freebox_exporter", "fritzbox_exporter", "boxmeter_", "freebox_exporter_info", "fritzbox_exporter_collect_errors", "fritzbox_wan",
              "box_up_reason"}  # a field of what is pushed
    strange = set()
    # Of replies, not of boxmeter: docs/shapes.md has nothing but their paths.
    for code in inline_code(page) if page.name != "shapes.md" else []:
        for name, star in re.findall(r"(?<![\w/.-])((?:box|boxmeter|fritzbox|freebox|compat)_[a-z0-9_]+)(\*?)", code):
            there = any(each.startswith(name) for each in known) if star else name in known
            if not there and name not in others:
                strange.add(name + star)
    known |= set(re.findall(r"box\w+_\w+", (ROOT / "tests/golden/push/freebox.json.jsonl").read_text()))  # fields that only push has
    strange -= known
    own = set(re.findall(r"`(boxmeter_\w+)", "".join(path.read_text() for path in (ROOT / "config/prometheus").glob("*.yml"))))
    assert strange - own == set()


@pytest.mark.parametrize("page", [pytest.param(page, id=str(page.relative_to(ROOT))) for page in PAGES])
def test_every_command_in_the_text_is_one(page):
    words = {code.split()[1] for code in inline_code(page) if code.startswith(("boxmeter ", "build/boxmeter ")) and len(code.split()) > 1}
    assert {word for word in words if re.fullmatch(r"[a-z-]+", word)} - COMMANDS == set()


HELP = {}


def help_of(words):
    """What `--help` shows of a command, and of the commands in it that a page may name."""
    first = tuple(word for word in words[:2] if re.fullmatch(r"[a-z-]+", word) and not word.startswith("-"))
    for names in (first, first[:1]):
        if names not in HELP:
            done = run(*names, "--help")
            HELP[names] = done.stdout if done.returncode == 0 else ""
        if HELP[names]:
            return HELP[names]
    return ""


@pytest.mark.parametrize("page", [pytest.param(page, id=str(page.relative_to(ROOT))) for page in PAGES])
def test_every_option_in_the_text_is_one(page):
    strange = []
    for code in inline_code(page):
        if not code.startswith("boxmeter "):
            continue
        shown = help_of(code.split()[1:])
        strange += [f"{code}: {option}" for option in re.findall(r"(?<!\S)--[a-z][a-z.-]*", code)
                    if not re.search(rf"{re.escape(option)}\b", shown)]
    assert strange == []


def test_the_readme_is_two_screens():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 120


def test_the_list_of_packs_that_speak_other_names_is_complete():
    foreign = {name for name in PACKS if name.startswith("compat_")}
    moving = (ROOT / "docs/moving.md").read_text()
    assert {name for name in foreign if f"`{name}`" not in moving} == set()


def test_every_pack_is_in_a_page():
    text = "".join(prose(page) for page in PAGES)
    assert [name for name in PACKS if f"`{name}`" not in text] == []


def test_every_key_of_the_configuration_is_in_the_page_on_it():
    schema = json.loads(run("schema").stdout)
    page = (ROOT / "docs/configuration.md").read_text()
    assert [key for key in schema["properties"] if f"`{key}`" not in page] == []
