"""Is a programme the same, whatever the order in which its files and their entries are written?"""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from small_region import FILES, VOCABULARY

from vardskiftet.declare import read

NAMES = ("alfa", "beta", "gamma", "delta", "epsilon")


def unit(name: str) -> str:
    number = NAMES.index(name)
    return f"  - {{unit: u-{name}, title: {name}, kind: laboratory, area: x, hsa_id: SE2321000131-X1{number}}}\n"


def wave(name: str, before: str | None, place: int) -> str:
    after = f"[{before}]" if before else "[]"
    go_live = f"go_live: {2025 + place}-autumn\nprecision: season\n"
    return f"wave: {name}\ntitle: {name}\n{go_live}after: {after}\nunits:\n  - {{unit: u-{name}, scope: lab}}\n"


@settings(max_examples=40, deadline=None)
@given(st.permutations(NAMES), st.permutations(NAMES), st.permutations(NAMES))
def test_waves_stand_in_their_own_order_and_not_in_that_of_files_or_entries(
    chain: list[str], written: list[str], listed: list[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        chained = {name: wave(name, chain[place - 1] if place else None, place) for place, name in enumerate(chain)}
        files = {
            **{path: text for path, text in FILES.items() if not path.startswith("waves/south") and path != "waves/coexistence.yaml"},
            "waves/units.yaml": FILES["waves/units.yaml"]
            .replace("kinna, t", "kinna, excluded: Out., t")
            .replace("sas, t", "sas, excluded: Out., t")
            + "".join(unit(name) for name in listed),
            **{f"waves/{name}.yaml": chained[name] for name in written},
        }
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
        programme = read(root, VOCABULARY)
    assert [one.wave for one in programme.waves] == chain
    assert programme.wave_of_unit == {f"u-{name}": name for name in NAMES}
