"""The pages that people read: their blocks of code, their links, and the words in them that the program knows."""
import pathlib
import re
from dataclasses import dataclass

from harness import ROOT

DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [ROOT / "README.md", *DOCS]
# Other pages that these lead to; their links are held against the files, too.
NEIGHBOURS = [ROOT / name for name in ("CHANGELOG.md", "config/METRICS.md", "config/prometheus/RUNBOOK.md", "grafana/README.md",
                                       "grafana/WHERE.md")]
FENCE = re.compile(r"^```(\S*)\n(.*?)^```$", re.S | re.M)


@dataclass(frozen=True)
class Block:
    page: pathlib.Path
    line: int
    language: str
    text: str

    def __str__(self):
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def commands(self):
        """A line that ends in a backslash goes on in the next; comments are no commands."""
        joined = self.text.replace("\\\n", " ")
        return [line.strip() for line in joined.splitlines() if line.strip() and not line.startswith("#")]


def blocks(page, *languages):
    text = page.read_text()
    return [Block(page, text[:found.start()].count("\n") + 1, found[1], found[2])
            for found in FENCE.finditer(text) if not languages or found[1] in languages]


def all_blocks(*languages):
    return [block for page in PAGES for block in blocks(page, *languages)]


def prose(page):
    """The page without its blocks of code."""
    return FENCE.sub("", page.read_text())


def links(page):
    """What the page leads to, by markdown or HTML; not what stands in inline code."""
    text = re.sub(r"`[^`]*`", "", prose(page))
    return re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'(?:src|srcset|href)="([^"]+)"', text)


def anchors(page):
    """What may stand behind '#': a heading in lower case, blanks as hyphens, other signs left out."""
    found = set()
    for heading in re.findall(r"^#+ +(.+?) *$", prose(page), re.M):
        slug = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()).replace(" ", "-")
        number = next(n for n in range(100) if (f"{slug}-{n}" if n else slug) not in found)
        found.add(f"{slug}-{number}" if number else slug)
    return found


def inline_code(page):
    return re.findall(r"`([^`\n]+)`", prose(page))
