"""What do the README's pictures show? The real demo: its books in a terminal, its pages and the rollout's timeline in a browser.

python .ci/pictures.py        needs the environment of `make`, and Chromium for the report
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / ".ci" / "pictures"
COLUMNS = 104
SHOWN = {"books": "books south-1", "what-if": "waves what-if south-1 --to 2024-12-24"}
LONGEST = 54
"""Lines of the terminal: a reader looks at a picture, and scrolls a text."""


def run(*arguments: str, here: Path, columns: int = COLUMNS) -> str:
    """What a command says on a terminal of so many columns."""
    env = os.environ | {"PYTHONPATH": str(ROOT), "TTY_COMPATIBLE": "1", "COLUMNS": str(columns), "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "vardskiftet", *arguments]
    done = subprocess.run(command, cwd=here, env=env, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"No picture of a failure: {' '.join(arguments)} ended with {done.returncode}.")
    return done.stdout


def terminal(demo: Path, command: str, path: Path) -> None:
    """A command and its answer as an SVG."""
    lines = run(*command.split(), here=demo).splitlines()
    lines = [line for line in lines if str(ROOT) not in line and sys.executable not in line and line != "next:"]
    left_out = [f"… {len(lines) - LONGEST} more lines"] if len(lines) > LONGEST else []
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True, highlight=False)
        console.print(Text(f"$ vardskiftet {command}", style="bold green"))
        for line in [*lines[:LONGEST], *left_out]:
            console.print(Text.from_ansi(line), soft_wrap=True)
        # A fixed id: without it every run names its styles anew, and the file changes though the picture does not.
        svg = console.export_svg(title="vardskiftet", theme=MONOKAI, unique_id="vardskiftet")
    # No font from elsewhere: whoever looks at a picture tells nobody that they do.
    path.write_text(re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL), encoding="utf-8")


def screenshot(page: Path, path: Path, width: int, height: int) -> None:
    """A page as Chromium shows it."""
    browser = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
    if browser is None:
        sys.exit("Chromium is needed for the pictures of pages.")
    flags = ["--headless=new", "--no-sandbox", "--hide-scrollbars", "--disable-gpu", f"--window-size={width},{height}"]
    subprocess.run(
        [browser, *flags, f"--screenshot={path}", page.as_uri()], check=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )


def main() -> None:
    """Make them all anew."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        demo = Path(folder) / "demo"
        run("demo", "--dir", str(demo), "--size", "5000", "--quiet", here=Path(folder))
        run("report", "programme", here=demo)
        run("waves", "timeline", "--svg", str(PICTURES / "timeline.svg"), here=demo)
        for name, command in SHOWN.items():
            terminal(demo, command, PICTURES / f"{name}.svg")
        (PICTURES / "timeline.svg").chmod(0o644)
        screenshot(demo / "work" / "reports" / "south-1.html", PICTURES / "report.png", 1200, 1100)
        screenshot(demo / "work" / "reports" / "south-1-readiness.html", PICTURES / "readiness.png", 1280, 1290)


if __name__ == "__main__":
    main()
