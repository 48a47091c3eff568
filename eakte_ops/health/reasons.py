"""Why something is not known, as a clause in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from eakte_ops.health.types import Language

REASONS: Mapping[str, Mapping[Language, str]] = {
    "not-reached": {
        "en": "the server could not be reached",
        "de": "der Server war nicht zu erreichen",
    },
    "not-asked": {
        "en": "it was not asked: the time for this server was used up",
        "de": "es wurde nicht gefragt: die Zeit für diesen Server war aufgebraucht",
    },
    "no-answer": {
        "en": "there was no answer ({why})",
        "de": "es kam keine Antwort ({why})",
    },
    "failed": {
        "en": "the question failed there (status {status}): {err}",
        "de": "die Frage scheiterte dort (Status {status}): {err}",
    },
    "unreadable": {
        "en": "the answer can not be read ({what})",
        "de": "die Antwort ist nicht lesbar ({what})",
    },
    "left-out": {
        "en": "the answer says nothing about it",
        "de": "die Antwort sagt nichts darüber",
    },
    "tool-missing": {
        "en": "{tool} is missing on the server or does not run there",
        "de": "{tool} fehlt auf dem Server oder läuft dort nicht",
    },
    "denied": {
        "en": "the account that asks may not look there ({err})",
        "de": "das fragende Konto darf dort nicht nachsehen ({err})",
    },
    "no-access-file": {
        "en": "the operations folder has no access.yml, so nobody knows what was granted",
        "de": "der Betriebsordner hat keine access.yml, also weiß niemand, was gewährt wurde",
    },
    "windows": {
        "en": "Windows servers are not supported yet: nothing was looked at",
        "de": "Windows-Server werden noch nicht unterstützt: nichts wurde angesehen",
    },
    "handed-over": {
        "en": "down on purpose: in the hands of local IT until {until:time} (run {run})",
        "de": "mit Absicht gestoppt: bis {until:time} in den Händen der örtlichen IT (Lauf {run})",
    },
    "notice-page": {
        "en": "a notice page is shown on purpose until {until:time} (run {run})",
        "de": "bis {until:time} wird mit Absicht eine Hinweisseite gezeigt (Lauf {run})",
    },
    "interrupted": {
        "en": "interrupted before the server was asked",
        "de": "abgebrochen, bevor der Server gefragt wurde",
    },
    "not-built": {
        "en": "this can not be looked at yet: {what}",
        "de": "das lässt sich noch nicht ansehen: {what}",
    },
    "no-templates": {
        "en": "no template of this product can become a file yet",
        "de": "noch keine Vorlage dieses Produkts kann zu einer Datei werden",
    },
    "too-new": {
        "en": "too few figures are remembered yet to say anything ({have} of {wanted})",
        "de": "es sind noch zu wenige Werte bekannt, um etwas zu sagen ({have} von {wanted})",
    },
    "old-lists": {
        "en": "no security update is known, but the package lists are old or missing",
        "de": "kein Sicherheitsupdate ist bekannt, aber die Paketlisten sind alt oder fehlen",
    },
    "not-in-table": {
        "en": "whether {version} is mended in {system} is not known here; say it with the threshold `enough`",
        "de": "ob {version} in {system} behoben ist, ist hier nicht bekannt; der Schwellwert `enough` sagt es",
    },
    "secret-missing": {
        "en": "the secret {name} of the town can not be read here",
        "de": "das Geheimnis {name} der Kommune ist hier nicht lesbar",
    },
    "town-incomplete": {
        "en": "not all servers of the town could be asked: {servers}",
        "de": "nicht alle Server der Kommune ließen sich fragen: {servers}",
    },
    "too-many": {
        "en": "{count} more results of this check are left out: a server that says so much hides what matters",
        "de": "{count} weitere Ergebnisse dieser Prüfung sind weggelassen: wer so viel sagt, verdeckt Wichtiges",
    },
    "nothing-said": {
        "en": "the check came to no result; that is an error in eakte-ops",
        "de": "die Prüfung kam zu keinem Ergebnis; das ist ein Fehler in eakte-ops",
    },
    "check-broken": {
        "en": "the check itself failed ({what}); that is an error in eakte-ops",
        "de": "die Prüfung selbst ist gescheitert ({what}); das ist ein Fehler in eakte-ops",
    },
}
