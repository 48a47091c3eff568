"""Runs a command in a real terminal (tmux) and writes the screen as an SVG: scripts/picture.py FILE -- COMMAND...

The pictures in the documentation are made with it from real runs, never by hand.
"""

from __future__ import annotations

import io
import os
import shlex
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

COLUMNS, ROWS = 118, 50
# As rich's own, without fonts fetched from the network.
FORMAT = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img">
<title>{unique_id}</title>
<style>
.{unique_id}-matrix {{ font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: {char_height}px;
 line-height: {line_height}px; font-variant-east-asian: full-width; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">{matrix}</g>
</g>
</svg>
"""


def screen(command: list[str]) -> str:
    """What stands on a terminal of COLUMNS x ROWS after `command`, with colours as escape sequences."""
    tmux = ["tmux", "-L", f"picture-{os.getpid()}", "-f", "/dev/null"]
    line = f"{shlex.join(command)}; tmux wait-for -S done; sleep 60"
    size = ["-x", str(COLUMNS), "-y", str(ROWS)]
    subprocess.run([*tmux, "new-session", "-d", *size, "-e", f"PATH={os.environ['PATH']}", line], check=True)
    try:
        subprocess.run([*tmux, "wait-for", "done"], check=True, timeout=60)
        return subprocess.run([*tmux, "capture-pane", "-e", "-p"], check=True, capture_output=True, text=True).stdout
    finally:
        subprocess.run([*tmux, "kill-server"], check=False)


def main() -> None:
    """FILE -- COMMAND..."""
    file, dashes, *command = sys.argv[1:]
    if dashes != "--" or not command:
        sys.exit("usage: picture.py FILE -- COMMAND...")
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print(Text("$ " + " ".join(["eakte-ops", *command[1:]]), style="bold"))
    console.print(Text.from_ansi(screen(command).rstrip()))
    text = console.export_svg(title="eakte-ops", code_format=FORMAT, unique_id="eakte-ops")
    Path(file).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
