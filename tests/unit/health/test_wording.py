"""Numbers as the reader's language writes them; values are never templates."""

from __future__ import annotations

import pytest

from eakte_ops.health.wording import fill, general


@pytest.mark.parametrize(
    ("template", "value", "english", "german"),
    [
        ("{x:number}", 310442, "310,442", "310.442"),
        ("{x:number}", 1234.56, "1,234.6", "1.234,6"),
        ("{x:number}", 0, "0", "0"),
        ("{x:percent}", 87.0, "87 %", "87 %"),
        ("{x:percent}", 87.25, "87.2 %", "87,2 %"),
        ("{x:bytes}", 0, "0 B", "0 B"),
        ("{x:bytes}", 40_000_000_000, "40 GB", "40 GB"),
        ("{x:bytes}", 1_250_000_000, "1.2 GB", "1,2 GB"),
        ("{x:bytes}", 5e15, "5,000 TB", "5.000 TB"),
        ("{x:span}", 0.04, "0 s", "0 s"),
        ("{x:span}", 9.5, "9.5 s", "9,5 s"),
        ("{x:span}", 59.6, "1 min", "1 min"),
        ("{x:span}", 185, "3 min 5 s", "3 min 5 s"),
        ("{x:span}", 11520, "3 h 12 min", "3 h 12 min"),
        ("{x:span}", 86400, "1 d", "1 Tag"),
        ("{x:span}", 200000, "2 d 7 h", "2 Tage 7 h"),
        ("{x:span}", -90, "-1 min 30 s", "-1 min 30 s"),
        ("{x:date}", 1795338005, "2026-11-22", "22.11.2026"),
        ("{x:time}", 1795338005, "2026-11-22 09:00 UTC", "22.11.2026 09:00 UTC"),
        ("{x:date}", 1e300, "9999-12-31", "31.12.9999"),
        ("{x}", ("a", "b"), "a, b", "a, b"),
        ("{x}", "{y} {x.__class__}", "{y} {x.__class__}", "{y} {x.__class__}"),
    ],
)
def test_values(template, value, english, german) -> None:
    assert fill(template, {"x": value}, "en") == english
    assert fill(template, {"x": value}, "de") == german


def test_a_template_without_values_for_explanations() -> None:
    assert general("free {wanted:bytes} on {subject} of {server}", "en") == "free N GB on SUBJECT of SERVER"
    assert general("auf {subject} in {town}", "de") == "auf GEGENSTAND in KOMMUNE"
