"""What the Debian packages are made of, as far as that can be read without building them."""
import re
import subprocess

from harness import ROOT, run

INSTALL = (ROOT / "docs/install.md").read_text()

CONTROL = (ROOT / "debian/control").read_text()
# g++ and ninja come with build-essential and meson.
GIVEN = {"g++", "ninja-build"}


def section(name):
    text = (ROOT / "packages.txt").read_text()
    return set(re.search(rf"^\[{name}\]\n((?:[^\[\n].*\n)*)", text, re.M)[1].split())


def test_the_version_is_the_one_of_the_build():
    version = re.search(r"version: '([^']+)'", (ROOT / "meson.build").read_text())[1]
    assert re.match(r"boxmeter \(([^)]+)\)", (ROOT / "debian/changelog").read_text())[1] == version
    assert run("--version").stdout == f"boxmeter {version}\n"


def test_a_package_is_built_with_what_packages_txt_lists():
    needed = set(re.findall(r"^ *(?:Build-Depends: )? *([a-z0-9+.-]+)(?=[ :,(]|$)", CONTROL.split("\n\n")[0].split("Build-Depends:")[1], re.M))
    assert section("build") - GIVEN <= needed


def test_the_unit_of_the_package_is_the_one_of_the_tree():
    """debhelper of Debian 12 makes a postinst of debian/NAME.service alone."""
    for unit in ("boxmeter.service", "boxmeter.socket"):
        assert (ROOT / "debian" / unit).resolve() == ROOT / "systemd" / unit
    assert "-Dsystemd_unit_dir= " in (ROOT / "debian/rules").read_text()


def test_what_is_left_uncompressed_is_no_manual_page():
    left = re.findall(r" -X(\S+)", (ROOT / "debian/rules").read_text())
    pages = [f"usr/share/man/man{page.suffix[1:]}/{page.name}" for page in (ROOT / "man").iterdir()]
    assert left and len(pages) == 4 and [page for page in pages if any(word in page for word in left)] == []


def test_the_scripts_of_the_package_are_sound():
    for script in ("postinst", "postrm"):
        file = ROOT / f"debian/boxmeter.{script}"
        assert subprocess.run(["sh", "-n", file]).returncode == 0
        assert "#DEBHELPER#" in file.read_text()


def test_what_the_page_about_installing_names_is_there():
    """Its commands need root, a network or systemd: what can be read of them here is read."""
    commands = [line for block in re.findall(r"```sh\n(.*?)```", INSTALL, re.S) for line in block.replace("sudo ", "").splitlines()]
    assert {line.split()[0] for line in commands} == {"apt-get", "dpkg-buildpackage", "boxmeter", "systemctl", "journalctl",
                                                      "./dev", "meson", "ninja", "docker", "kubectl", "bash", "build/boxmeter", "install"}
    for line in commands:
        words = line.split()
        if words[0] == "boxmeter":
            assert run(words[1], "--help").returncode == 0, line
        if words[0] == "./dev":
            assert f"\n  {words[1]} " in (ROOT / "dev").read_text(), line
    options = (ROOT / "meson_options.txt").read_text()
    for option in re.findall(r"-D(\w+)=", INSTALL):
        assert f"option('{option}'" in options


def test_the_folder_of_credentials_is_the_one_that_setup_writes_to():
    """LoadCredential= of a folder calls a copy by its own name, '_' and the name of the file."""
    name, folder = re.search(r"^LoadCredential=(\w+):(.*)$", (ROOT / "systemd/boxmeter.service").read_text(), re.M).groups()
    assert folder == "/etc/boxmeter/credentials" and folder in INSTALL
    assert name == "credentials" and "`password_file: credentials/home.password`" in INSTALL


def test_the_folder_of_credentials_is_root_s_alone_whoever_makes_it():
    """The unit told another mode than the package: the log said at each start that "the mode is different"."""
    unit = (ROOT / "systemd/boxmeter.service").read_text()
    assert re.findall(r"^ConfigurationDirectory(?:Mode)?=(.*)$", unit, re.M) == ["boxmeter/credentials", "0700"]
    assert "mkdir -m 0700 /etc/boxmeter/credentials" in (ROOT / "debian/boxmeter.postinst").read_text()
