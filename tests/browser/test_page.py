"""The pages in a real browser: that everybody can read them, that they live, and that they do without a script."""
import contextlib
import json
import re
import shutil
import signal

import pytest

from harness import (FREEBOX, FRITZBOX, RECORDINGS, Daemon, Sim, config, eventually, freebox, fritzbox, lasting_port, push,
                     sink)

from browser import SCHEMES, WIDTHS, Tab

pytestmark = pytest.mark.slow
KINDS = {"fritzbox": fritzbox, "freebox": freebox}
BOXES = {"fritzbox-7590-154.07.57-handmade": "home", "freebox-ultra-16.0-handmade": "office",
         "fritzbox-6690-267.07.57-handmade": "cable", "fritzbox-5690-pro-292.08.20-handmade": "fibre",
         "freebox-delta-8.5-handmade": "country"}


@contextlib.contextmanager
def few(folder, count, poll="interval: 2s, timeout: 2s"):
    """A daemon with one box, or with one of many kinds and one that is away."""
    names = dict(list(BOXES.items())[:min(count, 5)])
    with Sim(*[RECORDINGS / name for name in names]) as sim:
        devices = [KINDS[recording.split("-")[0]](url, name=name) for (recording, name), url in zip(names.items(), sim.urls)]
        if count > len(devices):
            devices.append(fritzbox("http://127.0.0.1:1", name="cellar"))
        with Daemon(folder, config(*devices, poll=poll, extra=push(sink("http://127.0.0.1:1/telegraf")))) as daemon:
            eventually(lambda: all(box["answered"] for box in daemon.devices().values()))
            daemon.get("/metrics", {"User-Agent": "Prometheus/2.42.0"})
            yield sim, daemon


@contextlib.contextmanager
def thousand(folder):
    with Sim(FRITZBOX, args=["--count", "999"]) as sim:
        devices = [fritzbox(url, name=f"box-{number:04}") for number, url in enumerate(sim.urls)]
        devices.append(fritzbox("http://127.0.0.1:1", name="box-away"))
        with Daemon(folder, config(*devices, poll="interval: 30s, timeout: 5s")) as daemon:
            eventually(lambda: all(box["answered"] for box in daemon.devices().values()), patience=300, pause=2)
            yield daemon


def look(browser, url, name, studied=tuple((width, scheme) for scheme in SCHEMES for width in WIDTHS)):
    """Opens the page at every width and in both schemes, and finds nothing wrong with it.  axe takes minutes for a thousand rows:
    it studies those that are named."""
    wrong = []
    for scheme in SCHEMES:
        for width in WIDTHS:
            with Tab(browser, width, scheme) as tab:
                tab.open(url)
                tab.picture(f"{name}-{width}-{scheme}", full_page=width < 1920 and "1000" not in name)
                found = {"overflow": tab.overflow(), "axe": tab.obstacles() if (width, scheme) in studied else [],
                         "console": tab.said}
                wrong += [(width, scheme, what, told) for what, told in found.items() if told]
    assert wrong == []


@pytest.mark.parametrize("count", [1, 6])
def test_a_few_boxes_and_each_of_them_can_be_read_by_everybody(tmp_path, chromium, count):
    with few(tmp_path, count) as (_, daemon):
        look(chromium, daemon.url + "/", f"boxes-{count}")
        look(chromium, daemon.url + "/box?name=home", f"home-{count}")
        if count > 1:
            look(chromium, daemon.url + "/box?name=cellar", "away")


def busy_time(tab):
    """A function: the milliseconds that the page's thread has worked since then, whatever else the machine does."""
    session = tab.context.new_cdp_session(tab.page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    return lambda: next(metric["value"] * 1000 for metric in session.send("Performance.getMetrics")["metrics"]
                        if metric["name"] == "TaskDuration")


def test_a_thousand_boxes_can_be_read_and_are_small(tmp_path, chromium, record_property):
    with thousand(tmp_path) as daemon:
        look(chromium, daemon.url + "/", "boxes-1000", studied=[(390, "light"), (1280, "dark")])
        with Tab(chromium) as tab:
            page = tab.page
            work = busy_time(tab)
            page.goto(daemon.url + "/")
            took = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
            worked = work()
            page.wait_for_selector(".live.good")
            assert page.locator("#boxes > tr").count() == 1000
            page.get_by_role("searchbox").fill("0042")
            assert page.locator("#boxes > tr:visible").all_inner_texts()[0].startswith("box-0042")
            assert page.locator("#boxes > tr:visible").count() == 1
        packed = {"Accept-Encoding": "gzip"}  # as every browser asks
        whole = daemon.get("/updates", packed)
        version = json.loads(daemon.get("/updates"))["version"]
        eventually(lambda: len(json.loads(daemon.get(f"/updates?since={version}"))["parts"]) > 170, patience=60, pause=1)
        usual = daemon.get(f"/updates?since={version}", packed)
        assert len(whole) < 50_000 and len(usual) < len(whole)
        record_property("summary", f"1,000 boxes: read and laid out after {took:.0f} ms, {worked:.0f} ms of them the browser's work; "
                                   f"an update is {len(usual):,} bytes on the wire when a sixth of them has changed, {len(whole):,} when all have")


def test_the_page_lives_without_being_loaded_again(tmp_path, chromium):
    with few(tmp_path, 6, poll="interval: 1s, timeout: 1s") as (sim, daemon), Tab(chromium) as tab:
        page = tab.open(daemon.url + "/")
        page.evaluate("window.stays = true")
        home, office = page.locator("[data-key='box:home']"), page.locator("[data-key='box:office']")
        first = home.locator(".down-rate b").inner_text()
        page.get_by_role("searchbox").fill("o")

        page.wait_for_function("text => document.querySelector(\"[data-key='box:home'] .down-rate b\").innerText !== text", arg=first)
        sim.fault("reset", 0)
        page.wait_for_selector("[data-key='box:home'].down .error")
        assert page.locator(".hero h1").inner_text() == "4 of 6 boxes are up"
        assert page.locator(".problems").get_by_text("does not answer").count() == 2
        sim.fault("none", 0)
        page.wait_for_selector("[data-key='box:home'].up")

        text = daemon.file.read_text()
        daemon.file.write_text(re.sub(r"  - name: office\n(    .*\n)+", "", text))
        daemon.popen.send_signal(signal.SIGHUP)
        office.wait_for(state="detached")
        daemon.file.write_text(text.replace("interval: 1s", "intervall: 1s"))
        daemon.popen.send_signal(signal.SIGHUP)
        page.wait_for_selector(".problems >> text=could not be reloaded")
        assert "boxmeter.yml:1:8: unknown key 'intervall'" in page.locator(".problems").inner_text()

        assert page.evaluate("window.stays") and page.get_by_role("searchbox").input_value() == "o"
        assert page.evaluate("document.activeElement.id") == "find"
        assert tab.said == []


def test_the_page_says_when_boxmeter_is_gone_and_goes_on_with_the_next_one(tmp_path, chromium):
    port = lasting_port()
    listen = ["--web.listen-address", f"127.0.0.1:{port}"]
    with Sim(FRITZBOX) as sim, Tab(chromium) as tab:
        with Daemon(tmp_path, config(fritzbox(sim.urls[0])), args=listen):
            page = tab.page
            page.goto(f"http://127.0.0.1:{port}/")
            page.wait_for_selector(".live.good")
            page.evaluate("window.stays = true")
        page.wait_for_selector(".live.bad >> text=boxmeter does not answer")
        assert page.locator("[data-key='box:home']").is_visible()
        with Daemon(tmp_path, config(fritzbox(sim.urls[0], name="other")), args=listen):
            page.wait_for_selector(".live.good")
            page.wait_for_selector("[data-key='box:other']")
            assert page.locator("[data-key='box:home']").count() == 0 and page.evaluate("window.stays")


def test_without_a_script_the_page_is_whole_and_filters(tmp_path, chromium):
    with few(tmp_path, 6) as (_, daemon), Tab(chromium, java_script_enabled=False) as tab:
        tab.page.goto(daemon.url + "/")
        assert tab.page.locator("article").count() == 6
        tab.page.get_by_role("searchbox").fill("fritz")
        tab.page.get_by_role("radio", name="Up").check(force=True)
        tab.page.get_by_role("button", name="Find").click()
        assert tab.page.locator("article:visible h3").all_inner_texts() == ["home", "cable", "fibre"]
        tab.page.locator("#boxes").get_by_role("link", name="home").click()
        tab.page.get_by_role("searchbox").fill("noise_margin")
        tab.page.get_by_role("button", name="Find").click()
        assert tab.page.locator(".values tbody tr").count() == 2
        tab.picture("without-script")


def test_what_a_stranger_calls_itself_is_text(tmp_path, chromium):
    hostile = "<img src=x onerror=alert(1)>\"'&\u202egnp.exe"
    copy = tmp_path / FREEBOX.name
    shutil.copytree(FREEBOX, copy)
    hosts = copy / "get/lan_browser_pub.json"
    hosts.write_text(re.sub(r'("primary_name": *)"[^"]*"', lambda found: found[1] + json.dumps(hostile), hosts.read_text()))
    with Sim(copy) as sim, Daemon(tmp_path, config(freebox(sim.urls[0], queries=["freebox", "freebox_hosts"]))) as daemon:
        eventually(lambda: "onerror" in daemon.page())
        daemon.get("/metrics", {"User-Agent": "<script>alert(2)</script>"})
        with Tab(chromium) as tab:
            page = tab.open(daemon.url + "/box?name=free")
            page.get_by_role("searchbox").fill("onerror")
            shown = page.locator(".values tbody tr:visible").first.inner_text()
            assert "name <img src=x onerror=alert(1)>\"'&\\u202egnp.exe" in shown
            assert page.locator("main img, main script").count() == 0
            assert page.locator("main").get_by_text("<script>").count() == 0
            tab.open(daemon.url + "/")
            assert page.locator(".panels").get_by_text("<script>alert(2)</script>").is_visible()
            assert tab.said == []


def test_keys_and_names_are_enough(tmp_path, chromium):
    with few(tmp_path, 6) as (_, daemon), Tab(chromium) as tab:
        page = tab.open(daemon.url + "/")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.innerText") == "Skip to the content"
        page.get_by_role("radio", name="All 6").focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        assert page.locator("article:visible").count() == 1
        assert page.url.endswith("?show=down")
        page.reload()
        page.wait_for_selector(".live.good")
        assert page.locator("article:visible h3").all_inner_texts() == ["cellar"]
        page.get_by_role("link", name="cellar", exact=True).last.press("Enter")
        page.wait_for_selector("h1 >> text=cellar")
        assert page.get_by_role("status").inner_text() == "live" or page.wait_for_selector(".live.good")
        page.locator("summary").first.press("Enter")
        assert page.locator("details").first.get_attribute("open") is None
        page.wait_for_timeout(6000)
        assert page.locator("details").first.get_attribute("open") is None  # an update does not open it again


def test_links_and_updates_work_below_a_prefix(tmp_path, chromium):
    with Sim(FRITZBOX) as sim, Daemon(tmp_path, config(fritzbox(sim.urls[0])), args=["--web.route-prefix", "/boxes"]) as daemon:
        with Tab(chromium) as tab:
            page = tab.open(daemon.url + "/boxes/")
            page.get_by_role("link", name="home", exact=True).first.click()
            page.wait_for_selector("h1 >> text=home")
            page.wait_for_selector(".live.good")
            page.get_by_role("link", name="All boxes").click()
            page.wait_for_selector("[data-key='box:home']")
            page.wait_for_selector(".live.good")
            assert tab.said == []


def test_on_paper_the_page_is_light_and_has_nothing_to_press(tmp_path, chromium):
    with few(tmp_path, 6) as (_, daemon), Tab(chromium, width=794, scheme="dark") as tab:  # as wide as A4
        for path, kept in (("/", ".problems"), ("/box?name=home", ".queries")):
            page = tab.open(daemon.url + path)
            page.emulate_media(media="print", color_scheme="dark")
            assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
            assert page.locator(f"{kept}:visible").count() > 0
            assert page.locator("input:visible, button:visible, nav a:visible, .ask:visible").count() == 0
            assert tab.overflow() == []
            page.emulate_media(media="screen", color_scheme="dark")
