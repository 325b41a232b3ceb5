"""What `meson install` puts on a machine, and that it works from there."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest
import yaml

import harness
import pages
from harness import BUILD, FRITZBOX, ROOT, Daemon, Sim, config, fritzbox


def option(name, folder=BUILD):
    options = json.loads(subprocess.run(["meson", "introspect", "--buildoptions", folder], check=True, capture_output=True, text=True).stdout)
    return next(each["value"] for each in options if each["name"] == name)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The prefix, below a DESTDIR of its own."""
    to = tmp_path_factory.mktemp("dest")
    subprocess.run(["meson", "install", "-C", BUILD, "--no-rebuild", "--quiet"], check=True, env={**os.environ, "DESTDIR": str(to)},
                   stdout=subprocess.DEVNULL)
    return to / option("prefix").lstrip("/")


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_every_part_is_where_it_belongs(installed):
    share = installed / "share"
    assert names(installed / "bin") == ["boxmeter", "boxmeter-sim"]
    assert names(installed / "lib/systemd/system") == ["boxmeter.service", "boxmeter.socket"]
    for folder, source in {"boxmeter/grafana/dashboards": "grafana/dashboards", "boxmeter/prometheus": "config/prometheus",
                           "boxmeter/grafana/influxdb": "grafana/influxdb",
                           "boxmeter/queries": "config/queries", "boxmeter/telegraf": "config/telegraf",
                           "doc/boxmeter/docs": "docs", "boxmeter-sim/recordings": "tests/recordings"}.items():
        assert names(share / folder) == names(ROOT / source), folder
    assert names(share / "doc/boxmeter/examples") == ["boxmeter.yml", "web.yml"]
    completions = ("bash-completion/completions/boxmeter", "zsh/site-functions/_boxmeter", "fish/vendor_completions.d/boxmeter.fish")
    assert [path for path in completions if not (share / path).is_file()] == []


def test_every_link_of_an_installed_page_leads_somewhere(installed):
    share = installed / "share"
    found = [page for folder in ("doc/boxmeter", "boxmeter") for page in (share / folder).rglob("*.md")]
    assert {"README.md", "CHANGELOG.md", "METRICS.md", "WHERE.md", "RUNBOOK.md", "install.md"} <= {page.name for page in found}
    dead = []
    for page in found:
        for link in pages.links(page):
            if re.match(r"[a-z]+:", link):
                continue
            path, _, anchor = link.partition("#")
            target = page.parent / path if path else page
            if not target.exists() or (anchor and anchor not in pages.anchors(target)):
                dead.append(f"{page.relative_to(share)}: {link}")
    assert dead == []


def test_every_installed_link_to_a_file_stays_below_the_prefix(installed):
    links = [path for path in installed.rglob("*") if path.is_symlink()]
    assert links and [path for path in links if installed not in path.resolve(strict=True).parents] == []
    assert [path for path in links if os.path.isabs(os.readlink(path))] == []


def test_no_password_of_a_checkout_is_installed(installed):
    plan = (ROOT / "meson.build").read_text()
    assert "install_subdir('docker', install_dir: doc, exclude_directories: 'secrets'" in plan
    assert not (installed / "share/doc/boxmeter/docker/secrets").exists()
    assert names(installed / "share/doc/boxmeter/docker") == [
        ".env", "blackbox.yml", "boxmeter.yml", "compose.yml", "grafana-datasource.yml", "kubernetes", "prometheus.yml"]


def test_files_that_name_other_installed_ones_name_them_where_they_are(installed):
    """Nothing but the folder that all is installed below is left of DESTDIR when the files are used."""
    prefix = pathlib.Path(option("prefix"))
    provider = yaml.safe_load((installed / "share/boxmeter/grafana/provisioning/dashboards/boxmeter.yml").read_text())
    dashboards = pathlib.Path(provider["providers"][0]["options"]["path"])
    assert dashboards == prefix / "share/boxmeter/grafana/dashboards"
    alerts = (installed / "share/boxmeter/prometheus/alerts.yml").read_text()
    runbooks = option("project_url") + "/config/prometheus" if option("project_url") else f"{prefix}/share/boxmeter/prometheus"
    assert set(re.findall(r"runbook_url: (.*)#", alerts)) == {f"{runbooks}/RUNBOOK.md"}
    unit = (installed / "lib/systemd/system/boxmeter.service").read_text()
    assert f"\nExecStart={prefix}/bin/boxmeter serve " in unit
    assert f" {prefix}/share/doc/boxmeter/examples/boxmeter.yml" in unit


def test_another_prefix_moves_everything(tmp_path):
    subprocess.run(["meson", "setup", tmp_path / "build", "--prefix", "/opt/boxmeter", "-Dtests=false"], check=True, cwd=ROOT,
                   stdout=subprocess.DEVNULL, env={**os.environ, "CCACHE_DISABLE": "1"})

    plan = json.loads(subprocess.run(["meson", "introspect", "--installed", tmp_path / "build"], check=True, capture_output=True,
                                     text=True).stdout)

    assert {"/opt/boxmeter/bin/boxmeter", "/opt/boxmeter/lib/systemd/system/boxmeter.service"} <= set(plan.values())
    assert [path for path in plan.values() if not path.startswith("/opt/boxmeter/")] == []
    assert "ExecStart=/opt/boxmeter/bin/boxmeter " in (tmp_path / "build/boxmeter.service").read_text()


def test_the_installed_program_serves_what_the_installed_simulator_plays(installed, tmp_path, monkeypatch):
    monkeypatch.setattr(harness, "BUILD", installed / "bin")
    recording = installed / "share/boxmeter-sim/recordings" / FRITZBOX.name

    with Sim(recording) as sim, Daemon(tmp_path, config(fritzbox(sim.urls[0]))) as daemon:
        assert daemon.popen.args[0] == str(installed / "bin/boxmeter")
        daemon.wait_for(lambda found: found.get('box_up{device="home",kind="fritzbox"}') == "1")


def test_the_installed_example_is_a_configuration(installed, tmp_path, monkeypatch):
    example = tmp_path / "boxmeter.yml"
    shutil.copy(installed / "share/doc/boxmeter/examples/boxmeter.yml", example)

    done = subprocess.run([installed / "bin/boxmeter", "check", "--config.file", example], text=True, capture_output=True,
                          env={**os.environ, "STATE_DIRECTORY": str(tmp_path / "state")})

    assert done.returncode == 0, done.stderr


def analyze(*words):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    return subprocess.run(["systemd-analyze", *words], text=True, capture_output=True)


def test_the_unit_is_understood_by_systemd_and_leaves_little_open(installed, tmp_path):
    # Where it is installed for good the program is there; here only its folder is not /usr.
    unit = (installed / "lib/systemd/system/boxmeter.service").read_text()
    unit = re.sub(r"(?m)^(ExecStart|ExecReload)=\S+", rf"\1={installed}/bin/boxmeter", unit)
    unit = re.sub(r"(?m)^Documentation=.*\n", "", unit)  # man finds only what is installed for good
    (tmp_path / "boxmeter.service").write_text(unit)

    socket = (installed / "lib/systemd/system/boxmeter.socket").read_text()
    (tmp_path / "boxmeter.socket").write_text(re.sub(r"(?m)^Documentation=.*\n", "", socket))

    verified = analyze("verify", tmp_path / "boxmeter.service", tmp_path / "boxmeter.socket")
    exposure = analyze("security", "--offline=yes", "--threshold=12", tmp_path / "boxmeter.service")

    assert verified.stderr == ""
    assert exposure.returncode == 0, exposure.stdout


def test_the_manual_pages_are_installed_and_mandoc_has_nothing_to_say(installed):
    """What holds them against the programs is tests/unit/man_pages_test.cpp."""
    pages = sorted(path.relative_to(installed / "share/man") for path in (installed / "share/man").rglob("*.[15]"))
    assert [str(page) for page in pages] == ["man1/boxmeter-sim.1", "man1/boxmeter.1", "man5/boxmeter-packs.5", "man5/boxmeter.yml.5"]
    if shutil.which("mandoc") is None:
        pytest.skip("mandoc is not installed")
    said = [line for page in pages for line in subprocess.run(
        ["mandoc", "-Tlint", installed / "share/man" / page], text=True, capture_output=True).stdout.splitlines()]
    # It looks for other pages among those that this machine has.
    assert [line for line in said if "referenced manual not found: Xr boxmeter" not in line] == []
