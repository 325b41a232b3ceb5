#!/usr/bin/env python3
"""Fails when a recording holds a MAC or an address of somebody, or does not say where it is from."""
import ipaddress
import pathlib
import re
import sys

# RFC 7042; zeros and ones are nobody's
MAC = re.compile(r"(?<![0-9A-Za-z:])(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}(?![0-9A-Za-z:])")
FREE_MAC = re.compile(r"00005e0053..|0{12}|f{12}")
IPV4 = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
IPV6 = re.compile(r"(?<![0-9A-Za-z:])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![0-9A-Za-z:])")
# RFC 5737 and 3849 (documentation), RFC 1918 and 4193 (private), link-local, unspecified, netmasks
FREE_NETWORKS = [ipaddress.ip_network(n) for n in (
    "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "10.0.0.0/8", "172.16.0.0/12",
    "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8", "0.0.0.0/32", "255.0.0.0/8",
    "2001:db8::/32", "fc00::/7", "fe80::/10", "::/127")]


def is_free(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return True  # a version, a time: not an address
    return any(address in network for network in FREE_NETWORKS)


def complaints(text: str):
    for mac in MAC.findall(text):
        if not FREE_MAC.fullmatch(re.sub("[:-]", "", mac).lower()):
            yield f"MAC '{mac}' is outside 00:00:5E:00:53:00-FF"
    without_macs = MAC.sub("", text)
    for address in IPV4.findall(without_macs) + IPV6.findall(without_macs):
        if not is_free(address):
            yield f"address '{address}' is neither private nor for documentation"


def check_the_check():
    for good in ("00:00:5e:00:53:0A", "192.168.178.1", "154.07.57", "2001:db8::1", "14:02:31",
                 "192.0.2.255", "fe80::1", "urn:x:service:Y:1", "00:00:5E:00:53:12-00:00:5E:00:53:34"):
        assert not list(complaints(good)), good
    for bad in ("B4:CD:27:37:78:E4", "b4-cd-27-37-78-e4", "217.238.141.33", "2003:180:2:7000::53",
                "2a01:e30:d252::1", "00:00:5E:00:54:01"):
        assert len(list(complaints(f'"{bad}"'))) == 1, bad


def main(root: pathlib.Path) -> int:
    check_the_check()
    found = []
    folders = [path for path in sorted(root.iterdir()) if path.is_dir()]
    for folder in folders:
        if not (folder / "RECORDING.md").is_file():
            found.append(f"{folder}: has no RECORDING.md (model, firmware, where it is from, how it was scrubbed)")
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                found += [f"{path}: {c}" for c in complaints(path.read_text(errors="replace"))]
    print("\n".join(found))
    return bool(found) or not folders


if __name__ == "__main__":
    here = pathlib.Path(__file__).resolve().parent / "recordings"
    sys.exit(main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here))
