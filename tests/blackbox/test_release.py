"""What a release is made of, as far as that goes without building it: see .ci/release."""
import json
import os
import re
import shutil
import subprocess
import tarfile
import time

from harness import ROOT, run

VERSION = run("--version").stdout.split()[1]
BUILDINFO = """Format: 1.0
Source: boxmeter
Installed-Build-Depends:
 gcc (= 4:12.2.0-3),
 libcurl4:amd64 (= 7.88.1-10+deb12u12),
 libc6 (= 2.36-9+deb12u10),
 libyaml-cpp-dev (= 0.7.0+dfsg-8+b1),
 nlohmann-json3-dev (= 3.11.2-2)
Environment:
 LANG="C.UTF-8"
"""


def sources(folder, **options):
    return subprocess.run([folder / ".ci/source"], check=True, capture_output=True, **options).stdout


def test_the_sources_are_the_same_bytes_whoever_packs_them_and_when(tmp_path):
    here = sources(ROOT)
    (tmp_path / "unpacked.tar").write_bytes(here)
    with tarfile.open(tmp_path / "unpacked.tar") as archive:
        names = archive.getnames()
        archive.extractall(tmp_path, filter="data") if hasattr(tarfile, "data_filter") else archive.extractall(tmp_path)
    unpacked = tmp_path / f"boxmeter-{VERSION}"
    for path in unpacked.rglob("*"):
        if not path.is_symlink():
            os.utime(path, (time.time(), time.time()))
            path.chmod(path.stat().st_mode & 0o700)
    (unpacked / "build").mkdir()
    (unpacked / "build/boxmeter").write_text("what is built is no source")
    (unpacked / "docker/secrets").mkdir()
    (unpacked / "docker/secrets/box_password").write_text("nor is a password")

    assert sources(unpacked) == here
    assert {name.split("/")[0] for name in names} == {f"boxmeter-{VERSION}"}
    assert not [name for name in names if re.search(r"/(build[^/]*|dist|\.git|\.venv|__pycache__)/", name) and "/docker/build" not in name]
    assert {f"boxmeter-{VERSION}/{name}" for name in ("meson.build", "dev", "debian/rules", "docker/.env", "LICENSE")} <= set(names)


def test_what_is_new_is_what_the_changelog_says_of_this_version():
    script = (ROOT / ".ci/release").read_text()
    function = re.search(r"(?m)^notes\(\).*$", script)[0]
    notes = subprocess.run(["bash", "-c", f"version={VERSION}; {function}\nnotes"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    changelog = (ROOT / "CHANGELOG.md").read_text()
    assert notes.strip() and f"\n\n{notes.strip()}" in changelog and "\n## " not in notes


def test_the_bill_names_what_is_linked_and_what_is_compiled_in(tmp_path):
    (tmp_path / "package/DEBIAN").mkdir(parents=True)
    (tmp_path / "package/DEBIAN/control").write_text(
        "Package: boxmeter\nVersion: 0.1.0~deb12\nArchitecture: amd64\nMaintainer: nobody <nobody@example.org>\n"
        "Depends: libc6 (>= 2.34), libcurl4 (>= 7.16.2)\nDescription: a package\n")
    subprocess.run(["dpkg-deb", "--root-owner-group", "--build", tmp_path / "package", tmp_path / "a.deb"], check=True, capture_output=True)
    (tmp_path / "a.buildinfo").write_text(BUILDINFO)

    done = [subprocess.run([ROOT / ".ci/bill", tmp_path / "a.deb", tmp_path / "a.buildinfo"], check=True, capture_output=True, text=True).stdout
            for _ in range(2)]

    assert done[0] == done[1]
    bill = json.loads(done[0])
    assert (bill["bomFormat"], bill["specVersion"], bill["metadata"]["component"]["version"]) == ("CycloneDX", "1.5", "0.1.0~deb12")
    assert [(each["name"], each["version"], each["scope"]) for each in bill["components"]] == [
        ("libc6", "2.36-9+deb12u10", "required"), ("libcurl4", "7.88.1-10+deb12u12", "required"),
        ("libyaml-cpp-dev", "0.7.0+dfsg-8+b1", "excluded"), ("nlohmann-json3-dev", "3.11.2-2", "excluded")]
    assert bill["components"][1]["purl"] == "pkg:deb/debian/libcurl4@7.88.1-10%2Bdeb12u12?arch=amd64&distro=debian-12"
    check_with_cyclonedx(done[0])


def check_with_cyclonedx(text):
    """By the schema of CycloneDX itself, where its library is installed."""
    try:
        from cyclonedx.schema import SchemaVersion
        from cyclonedx.validation.json import JsonStrictValidator
    except ImportError:
        return
    assert JsonStrictValidator(SchemaVersion.V1_5).validate_str(text) is None


def test_every_command_of_dev_for_a_release_is_there():
    dev = (ROOT / "dev").read_text()
    for command in ("package", "try-package", "boot", "image", "release"):
        script = re.search(rf"(?m)^  {command}\) shift; exec (\S+) ", dev)[1]
        assert os.access(ROOT / script, os.X_OK) and f"\n  {command} " in dev
        assert f"| `./dev {command}" in (ROOT / "docs/developing.md").read_text()
        assert shutil.which("bash") and subprocess.run(["bash", "-n", ROOT / script]).returncode == 0
