"""What a path on a server looks like."""

from __future__ import annotations

import pytest

from eakte_ops.product.model import Platform
from eakte_ops.product.places import is_place

RIGHT: list[tuple[Platform, str]] = [
    ("linux", "/"),
    ("linux", "/srv/e-akte_2/x.y@z"),
    ("linux", "/srv/"),
    ("windows", "D:\\Enaio\\Daten"),
    ("windows", "E:\\"),
    ("windows", "C:\\Program Files\\eakte (x86)"),
    ("windows", "\\\\server.example\\share\\x"),
]
WRONG: list[tuple[Platform, str]] = [
    ("linux", ""),
    ("linux", "srv"),
    ("linux", "/srv/../etc"),
    ("linux", "//srv"),
    ("linux", "/srv/a b"),
    ("linux", "/srv/$(reboot)"),
    ("linux", "/srv/x;y"),
    ("linux", "/srv/x\n"),
    ("linux", "D:\\Enaio"),
    ("windows", "/srv"),
    ("windows", "Enaio"),
    ("windows", "D:Enaio"),
    ("windows", "D:\\..\\x"),
    ("windows", 'D:\\a"b'),
    ("windows", "D:\\a\nb"),
]


@pytest.mark.parametrize(("platform", "text"), RIGHT)
def test_right(platform: Platform, text: str) -> None:
    assert is_place(text, platform)


@pytest.mark.parametrize(("platform", "text"), WRONG)
def test_wrong(platform: Platform, text: str) -> None:
    assert not is_place(text, platform)
