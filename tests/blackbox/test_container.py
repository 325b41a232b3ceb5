"""docker/: what can be said of the files without an engine that runs containers.  `./dev image` builds one and runs it."""
import json
import re
import shutil
import subprocess
import sys

import pytest
import yaml

from harness import ROOT, run

DOCKER = ROOT / "docker"
DOCKERFILE = (DOCKER / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((DOCKER / "compose.yml").read_text())
KUBERNETES = {(each["kind"], each["metadata"]["name"]): each for file in ("boxmeter.yml", "monitoring.yml")
              for each in yaml.safe_load_all((DOCKER / "kubernetes" / file).read_text())}
USER = 10001


def dotenv():
    return dict(line.split("=", 1) for line in (DOCKER / ".env").read_text().splitlines() if line and not line.startswith("#"))


def filled(text):
    """As compose does it: ${NAME} and ${NAME:-default}."""
    return re.sub(r"\$\{(\w+)(?::-([^}]*))?\}", lambda found: dotenv().get(found[1]) or found[2] or "", text)


def mounts(service):
    """[(source, target)] of the folders and files of this tree that a service sees."""
    found = []
    for volume in COMPOSE["services"][service].get("volumes", []):
        source, target = volume.split(":")[:2]
        if source.startswith("."):
            found.append(((DOCKER / source).resolve(), target))
    return found


def fresh(service, to):
    """The file system of a service, as far as it comes from here: copies at the paths that the service knows them by."""
    for source, target in mounts(service):
        place = to / target.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, place) if source.is_dir() else shutil.copy(source, place)
    return to


def test_the_image_runs_as_the_user_that_is_documented_and_says_whether_it_is_well():
    assert f"\nUSER {USER}:{USER}\n" in DOCKERFILE and f"boxmeter:x:{USER}:{USER}:" in (DOCKER / "build").read_text()
    assert COMPOSE["services"]["boxmeter"]["user"] == f"{USER}:{USER}"
    assert KUBERNETES["Deployment", "boxmeter"]["spec"]["template"]["spec"]["securityContext"]["runAsUser"] == USER
    assert f"user {USER}" in (ROOT / "docs/install.md").read_text()
    assert 'CMD ["/usr/bin/boxmeter", "healthcheck"]' in DOCKERFILE


def test_the_version_is_the_one_of_the_build():
    version = run("--version").stdout.split()[1]
    assert f"\nARG VERSION={version}\n" in DOCKERFILE
    container, = KUBERNETES["Deployment", "boxmeter"]["spec"]["template"]["spec"]["containers"]
    assert container["image"] == f"boxmeter:{version}"


def test_hadolint_has_nothing_to_say():
    if shutil.which("hadolint") is None:
        pytest.skip("hadolint is not installed")
    # DL3008: which version of a package, Debian's release says.
    done = subprocess.run(["hadolint", "--ignore", "DL3008", DOCKER / "Dockerfile"], text=True, capture_output=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_shellcheck_has_nothing_to_say():
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed")
    scripts = [path for path in [ROOT / "dev", *(ROOT / ".ci").iterdir(), *(ROOT / "debian").glob("boxmeter.post*"), DOCKER / "build"]
               if "bash" in (first := path.read_text().split("\n")[0]) or first == "#!/bin/sh"]
    done = subprocess.run(["shellcheck", *scripts], text=True, capture_output=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_every_file_that_compose_mounts_is_there():
    for service in COMPOSE["services"]:
        for source, _ in mounts(service):
            assert source.exists(), (service, source)
    for name, service in COMPOSE["services"].items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source.startswith(".") or source in COMPOSE["volumes"], (name, source)


def test_every_service_is_bounded_and_has_no_rights():
    for name, service in COMPOSE["services"].items():
        assert service["read_only"] and service["cap_drop"] == ["ALL"] and service["security_opt"] == ["no-new-privileges:true"], name
        assert service["logging"]["options"] == {"max-size": "5m", "max-file": "3"}, name
    assert filled(COMPOSE["services"]["grafana"]["ports"][0]) == "127.0.0.1:3000:3000"
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == ["grafana"]


def test_compose_itself_understands_the_file():
    command = next((words for words in (["docker", "compose"], ["docker-compose"]) if shutil.which(words[0]) and subprocess.run(
        [*words, "version"], capture_output=True).returncode == 0), None)
    if command is None:
        pytest.skip("docker compose is not installed")
    done = subprocess.run([*command, "-f", DOCKER / "compose.yml", "--profile", "*", "config", "--format", "json"], text=True,
                          capture_output=True)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert sorted(found["services"]) == ["alertmanager", "blackbox", "boxmeter", "grafana", "prometheus"]
    assert found["services"]["boxmeter"]["environment"] == {name: dotenv()[name] for name in ("BOX_URL", "BOX_USER", "TZ")}
    assert found["secrets"]["box_password"]["file"] == str(DOCKER / "secrets/box_password")


def test_boxmeter_understands_its_file(tmp_path):
    secret = tmp_path / "box_password"
    secret.write_text("a secret\n")
    secret.chmod(0o600)
    file = tmp_path / "boxmeter.yml"
    file.write_text((DOCKER / "boxmeter.yml").read_text().replace("/run/secrets/box_password", str(secret)))

    done = run("check", "--config.file", file, env={**dotenv(), "STATE_DIRECTORY": str(tmp_path / "state")})
    assert (done.returncode, done.stderr) == (0, "")


def test_prometheus_understands_its_file_with_the_rules_where_they_are_mounted(tmp_path):
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed")
    root = fresh("prometheus", tmp_path)
    file = root / "etc/prometheus/prometheus.yml"
    patterns = yaml.safe_load(file.read_text())["rule_files"]
    file.write_text(file.read_text().replace("[/etc/", f"[{root}/etc/"))
    assert patterns == ["/etc/prometheus/boxmeter/*.yml"]

    done = subprocess.run(["promtool", "check", "config", file], text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert re.findall(r"SUCCESS: (\d+) rule files found", done.stdout) == ["2"], done.stdout


def test_alertmanager_and_blackbox_exporter_understand_their_files(tmp_path):
    amtool = shutil.which("amtool")
    if amtool is None:
        pytest.skip("amtool is not installed")
    root = fresh("alertmanager", tmp_path)
    done = subprocess.run([amtool, "check-config", root / "etc/alertmanager/alertmanager.yml"], text=True, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr
    blackbox = yaml.safe_load((fresh("blackbox", tmp_path) / "etc/blackbox/blackbox.yml").read_text())
    jobs = yaml.safe_load((DOCKER / "prometheus.yml").read_text())["scrape_configs"]
    assert {job["params"]["module"][0] for job in jobs if "params" in job} == set(blackbox["modules"])


def test_grafana_finds_each_board_and_its_data_where_they_are_mounted(tmp_path):
    root = fresh("grafana", tmp_path)
    provider, = yaml.safe_load((root / "etc/grafana/provisioning/dashboards/boxmeter.yml").read_text())["providers"]
    source, = yaml.safe_load((root / "etc/grafana/provisioning/datasources/prometheus.yml").read_text())["datasources"]
    boards = {path.name: json.loads(path.read_text()) for path in (root / provider["options"]["path"].lstrip("/")).iterdir()}

    assert {name: board["uid"] for name, board in boards.items()} == {
        path.name: f"boxmeter-{path.stem}" for path in (ROOT / "grafana/dashboards").iterdir()}
    assert source["isDefault"] and source["url"] == "http://prometheus:9090" and "prometheus" in COMPOSE["services"]
    for board in boards.values():
        variable = board["templating"]["list"][0]
        assert (variable["type"], variable["query"]) == ("datasource", source["type"])
    home = COMPOSE["services"]["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert (root / home.lstrip("/")).is_file()


def test_the_scraped_service_is_where_its_configuration_says():
    job, = [job for job in yaml.safe_load((DOCKER / "prometheus.yml").read_text())["scrape_configs"] if job["job_name"] == "boxmeter"]
    host, port = job["static_configs"][0]["targets"][0].split(":")
    assert host in COMPOSE["services"] and f'listen: ":{port}"' in (DOCKER / "boxmeter.yml").read_text()
    assert f"\nEXPOSE {port}\n" in DOCKERFILE


def test_kubernetes_understands_its_files():
    if shutil.which("kubernetes-validate") is None:
        pytest.skip("kubernetes-validate is not installed")
    done = subprocess.run(["kubernetes-validate", "--strict", "--quiet", DOCKER / "kubernetes/boxmeter.yml"], text=True, capture_output=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_parts_for_kubernetes_find_each_other(tmp_path):
    deployment, service = KUBERNETES["Deployment", "boxmeter"]["spec"], KUBERNETES["Service", "boxmeter"]
    pod = deployment["template"]
    container, = pod["spec"]["containers"]
    assert service["spec"]["selector"] == deployment["selector"]["matchLabels"] == pod["metadata"]["labels"]
    monitor = KUBERNETES["ServiceMonitor", "boxmeter"]["spec"]
    assert service["metadata"]["labels"].items() >= monitor["selector"]["matchLabels"].items()
    assert service["metadata"]["labels"][monitor["jobLabel"]] == "boxmeter"
    assert monitor["endpoints"][0]["port"] == service["spec"]["ports"][0]["name"] == container["ports"][0]["name"]
    assert container["securityContext"] == {"readOnlyRootFilesystem": True, "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}

    config = KUBERNETES["ConfigMap", "boxmeter"]["data"]["boxmeter.yml"]
    assert f'listen: ":{container["ports"][0]["containerPort"]}"' in config
    secret, = KUBERNETES["Secret", "boxmeter"]["stringData"].items()
    items = pod["spec"]["volumes"][0]["projected"]["sources"][1]["secret"]["items"]
    assert [item["key"] for item in items] == [secret[0]]
    (tmp_path / items[0]["path"]).parent.mkdir()
    (tmp_path / items[0]["path"]).write_text(secret[1])
    (tmp_path / items[0]["path"]).chmod(0o440)
    (tmp_path / "boxmeter.yml").write_text(config)
    done = run("check", "--config.file", tmp_path / "boxmeter.yml", env={"STATE_DIRECTORY": str(tmp_path / "state")})
    assert (done.returncode, done.stderr) == (0, "")


def test_the_operator_gets_the_rules_and_alerts_of_the_tree():
    program = DOCKER / "kubernetes/make_monitoring.py"
    assert subprocess.run([sys.executable, program, "--check"], capture_output=True, text=True).stderr == ""
    groups = [group for file in ("rules.yml", "alerts.yml") for group in yaml.safe_load((ROOT / "config/prometheus" / file).read_text())["groups"]]
    assert KUBERNETES["PrometheusRule", "boxmeter"]["spec"]["groups"] == groups
