"""One browser for all pages of a process: Playwright takes no second one."""
from browser import chromium  # noqa: F401
