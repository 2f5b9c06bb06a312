"""The documentation site: README, SECURITY and others as pages, all in the order of docs/index.md.

Links in the sources follow the repository; here they are turned into links to pages.
"""

import re
from pathlib import Path
from typing import Any

from properdocs.config.defaults import ProperDocsConfig
from properdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parent
OUTER = {  # pages beside docs/
    "README.md": "readme.md",
    "SECURITY.md": "security.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "LICENSE": "licence.md",
}
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
MENU = re.compile(r"^## (.+)\n+((?:.+\n)+)", re.MULTILINE)


def on_config(config: ProperDocsConfig) -> ProperDocsConfig:
    """Read the pages and their order from the index: each heading there is a menu."""
    text = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    config.nav = [{"Home": "index.md"}]
    for title, lines in MENU.findall(text):
        pages = re.findall(r"\[(.+?)\]\((.+?)\)", lines)
        config.nav.append({title: [{name: page_of(target)} for name, target in pages]})
    return config


def on_files(files: Files, config: ProperDocsConfig) -> Files:
    """Add the pages outside docs/."""
    for name, page in OUTER.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Turn links between folders into links between pages."""
    return LINK.sub(lambda link: f"]({page_of(link[1])}", markdown)


def page_of(target: str) -> str:
    """Return the page in the site for a link in the repository."""
    name = target.removeprefix("../").removeprefix("docs/")
    return OUTER.get(name, name)
