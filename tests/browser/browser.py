"""Debian's Chromium, driven by Playwright from PyPI, in a virtual environment that is made once per checkout."""
import fcntl
import functools
import shutil
import subprocess
import sys

import pytest

from harness import BUILD, ROOT

VENV = ROOT / ".venv-browser"
REQUIREMENTS = ROOT / "tests/browser/requirements.txt"
PICTURES = BUILD / "pictures"  # what the tests have seen, to be looked at by a person
WIDTHS, SCHEMES = (390, 1280, 1920), ("light", "dark")


@functools.cache
def packages():
    """None when Playwright can be imported, else why it is not here."""
    VENV.mkdir(exist_ok=True)
    with open(VENV / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run in several processes
        stamp, wanted = VENV / "installed", REQUIREMENTS.read_text()
        if not stamp.exists() or stamp.read_text() != wanted:
            for command in ([sys.executable, "-m", "venv", VENV],
                            [VENV / "bin/python", "-m", "pip", "install", "--quiet", "--requirement", REQUIREMENTS]):
                done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)
                if done.returncode != 0:
                    return (done.stdout.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
            stamp.write_text(wanted)
    sys.path += [str(folder) for folder in VENV.glob("lib/python*/site-packages")]
    return None


@pytest.fixture(scope="session")
def chromium():
    """A running browser."""
    program = shutil.which("chromium")
    if not program:
        pytest.skip("chromium is not installed")
    reason = packages()
    if reason:
        pytest.skip(f"Playwright cannot be installed here: {reason}")
    from playwright.sync_api import sync_playwright
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"], timeout=120_000)
        yield browser
        browser.close()


class Tab:
    """A page, and all that its console said."""

    def __init__(self, browser, width=1280, scheme="light", **options):
        self.context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme,
                                           reduced_motion="reduce", **options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(120_000)  # a machine that is busy with something else
        self.said = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()

    def open(self, url):
        self.page.goto(url)
        self.page.wait_for_selector(".live.good")
        return self.page

    def overflow(self):
        """How many pixels the page is wider than its window, and what sticks out."""
        return self.page.evaluate("""() => {
            const root = document.documentElement, more = root.scrollWidth - root.clientWidth;
            return more <= 0 ? [] : [more, ...[...document.querySelectorAll('body *')].filter(
                element => element.getBoundingClientRect().right > root.clientWidth + 1).map(element => element.outerHTML.slice(0, 80))];
        }""")

    def obstacles(self):
        """What axe-core finds: [rule, [where]]."""
        self.page.evaluate(next(VENV.rglob("axe.min.js")).read_text())
        found = self.page.evaluate("""axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})""")
        return [[rule["id"], [node["target"] for node in rule["nodes"]][:5]] for rule in found["violations"]]

    def picture(self, name, **options):
        PICTURES.mkdir(exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png", **options)
