"""No secret of a Freebox leaves boxmeter: planted in every recorded reply, and in replies made of the API's field lists."""
import json

from harness import RECORDINGS, Daemon, config, eventually, freebox, push, run, sink, value
from stand_ins import ScriptedFreebox, Telegraf

# Members whose value nobody may see, whatever they are a member of.
NAMES = ["key", "password", "cloudinit_userdata", "logon_password", "login_password", "iccid", "imsi", "phone_number", "number",
         "dect_pin", "local_priv_key", "archive_password", "app_token", "session_token", "remote_preshared_key"]


class Secrets:
    """Every one is a text of its own, so that the one that gets out is known."""

    def __init__(self):
        self.planted = {}

    def new(self, place):
        secret = f"hush{len(self.planted):05d}"
        self.planted[secret] = place
        return secret

    def spread(self, value, place):
        """The same reply with secrets in every object of it."""
        if isinstance(value, list):
            return [self.spread(element, f"{place}[]") for element in value]
        if not isinstance(value, dict):
            return value
        spread = {key: self.spread(member, f"{place}.{key}") for key, member in value.items()}
        return {**spread, **{name: self.new(f"{place}.{name}") for name in NAMES}}


def recorded(secrets):
    """Path and reply; the recordings answer the same paths."""
    replies = {}
    for file in sorted(RECORDINGS.glob("freebox-*/get/*.json")):
        result = json.loads(file.read_text()).get("result")
        if result and not file.stem.startswith("rrd_"):
            replies[f"{file.parent.parent.name}/{file.stem}"] = secrets.spread(result, file.stem)
    return replies


def invented(secrets):
    """Where the API keeps its secrets, as its documentation lists the fields."""
    new = secrets.new
    return {
        "wifi/bss/": [{"id": "00:00:5E:00:53:F0", "config": {"ssid": "home", "key": new("bss key")},
                       "shared_bss_params": {"key": new("shared key")}, "bss_params": {"key": new("own key")}}],
        "wifi/custom_key/": [{"id": 1, "params": {"key": new("guest key"), "max_use_count": 0}, "users": []}],
        "ftp/config/": {"enabled": True, "username": "u", "password": new("ftp"), "weak_password": False},
        "netshare/samba/": {"logon_enabled": True, "logon_user": "u", "logon_password": new("samba")},
        "netshare/afp/": {"enabled": True, "login_name": "u", "login_password": new("afp")},
        "connection/lte/backup": {"sim": {"present": True, "iccid": new("iccid"), "imsi": new("imsi")}},
        "connection/ddns/ovh/": {"enabled": True, "user": "u", "password": new("ddns")},
        "phone/config/": {"network": "working", "dect_pin": new("dect pin")},
        "call/log/": [{"id": 1, "type": "missed", "number": new("call number"), "name": "Mamie"},
                      {"id": 2, "type": "missed", "number": "0199001234", "name": "0199001234"}],
        "call/account": {"phone_number": new("own number")},
        "call/voicemail/": [{"id": "1", "phone_number": new("voice mail")}],
        "contact/": [{"id": 1, "display_name": "Mamie", "numbers": [{"type": "home", "number": new("contact number")}]}],
        "vm/": [{"id": 0, "name": "vm", "cloudinit_userdata": f"#cloud-config\npassword: {new('cloud-init')}\n"}],
        "vpn/user/": [{"login": "u", "password": new("vpn user"), "password_set": True}],
        "vpn_client/config/": [{"id": "1", "conf_pptp": {"username": "u", "password": new("pptp")},
                                "conf_openvpn": {"config_file": f"<key>{new('ovpn')}</key>", "password": new("openvpn")},
                                "conf_wireguard": {"local_priv_key": new("wireguard"), "remote_preshared_key": new("preshared")}}],
        "wifi/wps/config/": {"enabled": True, "wps_pin": new("wps pin")},
        "home/nodes": [{"id": 7, "show_endpoints": [{"name": "pin", "value": new("alarm pin")}],
                        "props": {"Pass": new("camera"), "Stream": f"http://u:{new('stream')}@192.0.2.1/"}}],
        "downloads/": [{"id": 1, "name": "iso", "archive_password": new("archive")}],
        "authorization/": [{"app_id": "x", "app_token": new("token")}],
        "notif/targets": [{"id": "1", "name": "phone", "token": new("push token")}],
    }


def pack_of(paths):
    queries = "".join(f"""
  - name: planted_{number}
    request: {{get: "{path}"}}
    interval: 1h
    metrics:
      - {{name: freebox_planted_{number}_info, type: info, help: All that is text., each: "*", labels: {{name: name, key: key, number: number}}}}
""" for number, path in enumerate(paths))
    return "pack: planted\nkind: freebox\nqueries:" + queries


def test_no_planted_secret_gets_out(tmp_path):
    secrets = Secrets()
    replies = {**recorded(secrets), **invented(secrets)}
    secrets.planted["0199001234"] = "a caller without a name"
    (tmp_path / "planted.yml").write_text(pack_of(replies))
    with ScriptedFreebox({path: lambda reply=reply: reply for path, reply in replies.items()}) as box, \
            Telegraf() as raw, Telegraf() as packed:
        text = config(freebox(box.url, queries=["planted"]), poll="interval: 1h, timeout: 5s", extra="query_files: [planted.yml]\n" +
                      push(sink(raw.url, name="raw", format="raw"), sink(packed.url, name="json", format="json")))
        with Daemon(tmp_path, text, args=["--log.level", "debug"]) as daemon:
            eventually(lambda: all(box.answered.values()))
            daemon.wait_for(lambda found: all(value(found, "boxmeter_push_queue_objects", sink=name) == "0"
                                              and value(found, "boxmeter_push_sent_total", sink=name) != "0"
                                              for name in ("raw", "json")))
            pages = [daemon.get(path).decode() for path in ("/metrics", "/devices", "/")]
        call = run("call", "--config.file", daemon.file, "free", "get:ftp/config/")

    assert set(box.answered.values()) - {1, 2} == set()  # everything was asked, one thing twice
    bodies = [body.decode() for _, _, body, _ in raw.requests]
    assert any("Mamie" in body for body in bodies) and '"username":"u"' in "".join(bodies)
    told = "\n".join([*bodies, *(body.decode() for _, _, body, _ in packed.requests), *pages, daemon.log, call.stdout, call.stderr])
    assert [place for secret, place in secrets.planted.items() if secret in told] == []
    assert len(secrets.planted) > 5000
