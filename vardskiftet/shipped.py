"""Where do the files lie that come with the tool: templates, labels, example declarations?"""

from __future__ import annotations

from pathlib import Path


def shipped() -> Path:
    """The folder of shipped files: `vardskiftet/_shipped` in a wheel, else the repository's root beside the package."""
    package = Path(__file__).resolve().parent
    packed = package / "_shipped"
    return packed if packed.is_dir() else package.parent
