"""What is asked of a boxmeter that runs, over its control socket: `boxmeter reload`, `boxmeter healthcheck`."""
import os
import stat

import pytest

from harness import BUILD, FRITZBOX, PATIENCE, Daemon, Process, Sim, config, fritzbox, lasting_port, run
from secured import MUTUAL, TLS, Authority, Secured, users

pytestmark = pytest.mark.sanitized

LONG = "interval: 1h, timeout: 5s"


@pytest.fixture(name="sim", scope="module")
def fixture_sim():
    with Sim(FRITZBOX, args=["--still"]) as sim:
        yield sim


def one_box(sim, extra=""):
    return config(fritzbox(sim.urls[0], queries="[fritzbox_device]"), poll=LONG, extra=extra)


def state_of(folder):
    return {"STATE_DIRECTORY": str(folder / "state")}


def command(word, folder, env=None):
    """(exit code, stdout, stderr) of a command that is given nothing but the configuration."""
    done = run(word, "--config.file", folder / "boxmeter.yml", env={**state_of(folder), **(env or {})})
    return done.returncode, done.stdout, done.stderr


def test_the_socket_is_for_the_user_alone_and_goes_with_the_daemon(tmp_path, sim):
    with Daemon(tmp_path, one_box(sim)) as daemon:
        there = (tmp_path / "state/control.sock").stat()
        assert stat.S_ISSOCK(there.st_mode) and stat.S_IMODE(there.st_mode) == 0o600
        assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
        assert daemon.stop() == 0
    assert not (tmp_path / "state/control.sock").exists()


def test_reload_and_healthcheck_need_no_login_no_certificate_and_no_name(tmp_path):
    authority = Authority(tmp_path)
    authority.sign("server", "DNS:localhost,IP:127.0.0.1")
    with Secured(tmp_path, MUTUAL + users(alice="secret"), more=", route_prefix: /boxmeter"):
        assert command("healthcheck", tmp_path) == (0, "boxmeter is healthy\n", "")
        assert command("reload", tmp_path) == (
            0, "configuration reloaded: nothing has changed; 1 device now\n", "")


def test_reload_tells_what_is_wrong_and_healthcheck_does_not_mind(tmp_path, sim):
    with Daemon(tmp_path, one_box(sim)) as daemon:
        daemon.file.write_text(one_box(sim).replace("kind: fritzbox", "kind: fritzbx"))
        assert command("reload", tmp_path) == (1, "", (
            "the configuration could not be reloaded, the one before stays in use:\n"
            f"{daemon.file}:4:11: unknown device kind 'fritzbx' (known: fritzbox, freebox)\n"))
        assert command("healthcheck", tmp_path) == (0, "boxmeter is healthy\n", "")

        daemon.file.write_text("devices: [\n")  # no YAML at all
        assert command("healthcheck", tmp_path) == (0, "boxmeter is healthy\n", "")
        assert command("reload", tmp_path)[0] == 1

        daemon.file.write_text(one_box(sim, extra="web: {config_file: is-not-there.yml}\n"))
        assert command("healthcheck", tmp_path) == (0, "boxmeter is healthy\n", "")


def test_the_folder_that_systemd_makes_has_one_too(tmp_path, sim):
    (tmp_path / "run").mkdir()
    inside = {"RUNTIME_DIRECTORY": f"{tmp_path}/run:{tmp_path}/more"}
    with Daemon(tmp_path, one_box(sim), env=inside):
        assert stat.S_IMODE((tmp_path / "run/control.sock").stat().st_mode) == 0o600
        os.unlink(tmp_path / "state/control.sock")
        assert command("healthcheck", tmp_path, inside) == (0, "boxmeter is healthy\n", "")


def test_a_socket_of_a_dead_daemon_is_replaced(tmp_path, sim):
    with Daemon(tmp_path, one_box(sim)) as dead:
        dead.popen.kill()
        dead.popen.wait(PATIENCE)
    assert (tmp_path / "state/control.sock").exists()
    with Daemon(tmp_path, one_box(sim)) as daemon:
        assert command("healthcheck", tmp_path) == (0, "boxmeter is healthy\n", "")
        assert "control socket" not in daemon.log


def test_a_second_daemon_does_not_take_the_socket_of_a_living_one(tmp_path, sim):
    (tmp_path / "second").mkdir()
    with Daemon(tmp_path, one_box(sim)):
        with Daemon(tmp_path / "second", one_box(sim, extra=f"state_dir: {tmp_path}/state\n")) as second:
            second.wait_for_line(f"warn +no control socket, which 'boxmeter reload' and 'boxmeter healthcheck' ask: cannot listen on "
                                 f"unix:{tmp_path}/state/control.sock: Address already in use")
        assert command("reload", tmp_path)[0] == 0


def test_nobody_runs(tmp_path, sim):
    port = lasting_port()
    (tmp_path / "boxmeter.yml").write_text(one_box(sim, extra=f"web: {{listen: '127.0.0.1:{port}'}}\n"))
    nobody = f"'{tmp_path}/state/control.sock': No such file or directory"
    assert command("reload", tmp_path) == (1, "", (
        f"boxmeter: no boxmeter can be asked ({nobody}): does one run with this configuration, and as this user? (as another: "
        "'systemctl reload boxmeter', or send it SIGHUP)\n"))
    assert command("healthcheck", tmp_path) == (1, "", (
        f"boxmeter: no boxmeter says that it is healthy: http://127.0.0.1:{port}/-/healthy: cannot connect to 127.0.0.1:{port}: "
        f"Connection refused; {nobody}\n"))


def served_without_socket(folder, text):
    """A daemon whose state_dir cannot be, as in a container with a file system to read only."""
    (folder / "state").write_text("a file, no folder")
    (folder / "boxmeter.yml").write_text(text)
    daemon = Process([BUILD / "boxmeter", "serve", "--config.file", folder / "boxmeter.yml", "--log.format", "text"],
                     env=state_of(folder))
    daemon.wait_for_line("boxmeter .* polls")
    return daemon


@pytest.mark.parametrize("listen", ["127.0.0.1:{port}", "0.0.0.0:{port}", "[::]:{port}", ":{port}", "unix:{folder}/web.sock"])
def test_without_a_socket_healthcheck_asks_at_the_configured_address(tmp_path, sim, listen):
    address = listen.format(port=lasting_port(), folder=tmp_path)
    with served_without_socket(tmp_path, one_box(sim, extra=f"web: {{listen: '{address}'}}\n")) as daemon:
        daemon.wait_for_line("warn +no control socket, which 'boxmeter reload' and 'boxmeter healthcheck' ask: "
                             f"cannot listen on unix:{tmp_path}/state/control.sock: Not a directory")
        assert command("healthcheck", tmp_path) == (0, "boxmeter is healthy\n", "")
        assert command("reload", tmp_path)[0] == 1


def test_without_a_socket_healthcheck_speaks_tls_and_says_how_to_do_without_a_login(tmp_path, sim):
    authority, port = Authority(tmp_path), lasting_port()
    authority.sign("server", "DNS:boxmeter.invalid")
    (tmp_path / "web.yml").write_text(TLS + users(alice="secret"))
    text = one_box(sim, extra=f"web: {{listen: '127.0.0.1:{port}', config_file: web.yml}}\n")
    with served_without_socket(tmp_path, text) as daemon:
        assert command("healthcheck", tmp_path) == (1, "", (
            f"boxmeter: no boxmeter says that it is healthy: https://127.0.0.1:{port}/-/healthy: it asks for a login: "
            f"'health_without_login: true' below 'web' answers without; '{tmp_path}/state/control.sock': Not a directory\n"))
        daemon.stop()
    with served_without_socket(tmp_path, text.replace("web.yml}", "web.yml, health_without_login: true}")):
        assert command("healthcheck", tmp_path) == (0, "boxmeter is healthy\n", "")


def test_without_a_socket_healthcheck_says_that_only_clients_with_a_certificate_are_answered(tmp_path, sim):
    authority, port = Authority(tmp_path), lasting_port()
    authority.sign("server", "DNS:boxmeter.invalid")
    (tmp_path / "web.yml").write_text(MUTUAL)
    with served_without_socket(tmp_path, one_box(sim, extra=f"web: {{listen: '127.0.0.1:{port}', config_file: web.yml}}\n")):
        code, out, told = command("healthcheck", tmp_path)

    assert (code, out) == (1, "")
    assert told.startswith(f"boxmeter: no boxmeter says that it is healthy: https://127.0.0.1:{port}/-/healthy: ")
    assert f" (it answers only who has a certificate: 'client_auth_type'); '{tmp_path}/state/control.sock': " in told


def test_paths_of_the_configuration_may_be_relative(tmp_path, sim):
    (tmp_path / "boxmeter.yml").write_text(one_box(sim, extra="state_dir: kept\nweb: {listen: '127.0.0.1:0'}\n"))
    with Process([BUILD / "boxmeter", "serve", "--config.file", "boxmeter.yml", "--log.format", "text"], cwd=tmp_path) as daemon:
        daemon.wait_for_line("boxmeter .* polls")
        assert run("healthcheck", "--config.file", "boxmeter.yml", cwd=tmp_path).stdout == "boxmeter is healthy\n"
        assert run("healthcheck", "--config.file", tmp_path / "boxmeter.yml").stdout == "boxmeter is healthy\n"
