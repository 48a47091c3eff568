"""Sentences as they are kept: in both languages, filled in when a result is kept, so that reading needs no checks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from eakte_ops.health import wording
from eakte_ops.health.reasons import REASONS
from eakte_ops.health.types import AnyCheck, Judged, Language

LANGUAGES: tuple[Language, ...] = ("de", "en")


def said(judged: Judged, check: AnyCheck | None) -> str:
    """JSON: language -> the sentence."""
    return _json({language: _said(judged, check, language) for language in LANGUAGES})


def wordings(judged: Judged, check: AnyCheck | None) -> str:
    """JSON: language -> title, sentence, next step, what clerks notice."""
    return _json({language: _wording(judged, check, language) for language in LANGUAGES})


def values(judged: Judged) -> str:
    """JSON: the figures of a result."""
    return _json(judged.result.values)


def _wording(judged: Judged, check: AnyCheck | None, language: Language) -> Mapping[str, str]:
    if check is None:
        return {"title": judged.check, "said": _said(judged, check, language), "todo": "", "clerks": ""}
    text = check.text[language]
    try:
        todo = wording.todo(judged, check, language)
    except (KeyError, ValueError, TypeError, OverflowError):
        todo = wording.general(text.todo, language)
    clerks = "" if judged.result.said in text.unnoticed else text.clerks
    return {"title": text.title, "said": _said(judged, check, language), "todo": todo, "clerks": clerks}


def _said(judged: Judged, check: AnyCheck | None, language: Language) -> str:
    """The sentence; one that can not be filled in must not cost what all others of its town have to say."""
    try:
        if check is None:
            raise KeyError(judged.check)
        return wording.said(judged, check, language)
    except (KeyError, ValueError, TypeError, OverflowError) as stumbled:
        return wording.fill(REASONS["check-broken"][language], {"what": type(stumbled).__name__}, language)


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, separators=(",", ":"), default=str)
