"""The words of a plan on paper, in German and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eakte_ops.cli.plan_rows import Language

_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "title": "{town}: {purpose}. By hand",
        "head": "Plan {hash}, made {made} by {who} with eakte-ops {tool}, valid until {until}.",
        "why": "Reason: {why}",
        "counts": "{steps} steps on {servers}. Forth about {forth}, back about {back}.",
        "use": "This manual is for the day on which eakte-ops itself can not be used. It holds everything that the plan"
        " does, word by word. Work from top to bottom, never skip, tick each step and write the time beside it."
        " Two people are better than one: one reads, one types.",
        "never": "STOP and phone before you go on if: an output is not as it says here, a command asks for a password,"
        " a host key is another one, or the time at a line with a clock is over.",
        "contacts": "Who is asked",
        "contact": "{role}: {mail}{phone}",
        "before": "Before you begin",
        "nobody": "Nobody else may be at work in {town}: `eakte-ops runs list`, or ask in the room. Once you have"
        " begun, nobody uses eakte-ops for {town} until the last page is signed.",
        "window": "The window: {begin} to {end} ({zone}). Begin by {latest} at the latest, or not at all today.",
        "window_free": "The town allows work at all times.",
        "window_none": "No window was found. Agree the time with local IT by phone first: with whom and when ________",
        "window_needless": "No window is needed.",
        "second": "This needs the approval of a second person. Who, when: ______________________________",
        "laptop": "On the laptop: OpenSSH, your own key for work at {town}, and, if you have it, the operations folder"
        " ({commit}); commands that begin with ssh are typed there, in that folder.",
        "secrets": "Secrets of this plan: {names}. On a machine with the operations folder and your age identity:",
        "secrets_note": "Never write a value on this paper, never put it behind a command.",
        "login": "Logging in",
        "login_text": "One terminal for each server; it stays open until the end. The servers give no terminal of"
        " their own: there is no prompt, `hostname` shows that somebody answers, `exit` ends it. Without the operations"
        " folder leave out `-o UserKnownHostsFile=...` and write `ask` for `yes`; say yes only if the key that"
        " is shown is one of those below the command.",
        "through": "The way leads through {jump}, with one of these keys:",
        "no_prints": "(none is on record: have local IT read it out by phone)",
        "session": "Type this first in each of these terminals, with your name (letters and blanks only) and an end"
        " that holds:",
        "assumed": "What has to be so",
        "assumed_text": "On each server; where it is otherwise, do not begin.",
        "expect_equal": "Expected: `{value}`",
        "expect_at-least": "Expected: a number of at least {value}{seen}",
        "expect_at-most": "Expected: a number of at most {value}{seen}",
        "seen": " (it was {seen})",
        "switch": "The town's stop switch. Expected: no such file. If there is one: it holds the reason, and nothing is"
        " done here.",
        "holder": "Who holds the lock of the town. Expected: nobody, or no such file.",
        "steps": "Steps",
        "stop": "FROM HERE THE SERVICE IS DOWN.{by}",
        "stop_by": " Not after {at}: else the rest and the way back do not fit the window. If it is later, go back"
        " now.",
        "no_return": "POINT OF NO RETURN. After the next step clerks may store documents. Going back from there is a"
        " decision of people: who decided, when ______________________________",
        "side": "The parts of this step may be done at the same time.",
        "time": "at most {limit}, usually {expected}",
        "where_work": "{server}, as {account}",
        "where_software": "{server}, as {account} by eakte-job.service",
        "nowhere": "by a person",
        "do": "Do:",
        "secret": "First the secret {name} into `{variable}`; what you type is not shown:",
        "taken": "First the value `{value}`, written down at the step that gave it:",
        "gives": "It prints `NAME=VALUE`. Write down: {names}",
        "status": "Well: no error, and then",
        "status_is": "prints 0.",
        "send": "The file `{to}` (mode {mode}) shall hold exactly this:",
        "send_secrets": "It has places for secrets, `‹secret NAME›`: after the command, put each value there with an"
        " editor (`vi`), written as the file's format wants it.",
        "send_none": "Its content ({artefact}) is not text. Fetch it on the operations host and copy it:",
        "send_check": "Check:",
        "send_sum": "Expected: `{sum}`",
        "gate": "Look, change nothing. All of this has to be well within {limit}:",
        "gate_check": "{name}: {title}",
        "gate_probe": "on {server}, {component}:",
        "gate_any": "with eakte-ops, if it can be used for looking: `eakte-ops health {town}`",
        "gate_window": "The clock: is there time enough? See the line where the service stops, or the window above.",
        "gate_assumptions": 'Once more all of "What has to be so".',
        "gate_active": "Expected: `active`",
        "gate_answers": "Expected: an answer, no error{more}",
        "gate_contains": " that contains `{text}`",
        "gate_up": ' with `"status":"UP"`',
        "gate_port": "Expected: `open`",
        "ask": "To be asked and written down: {question}",
        "answers": "Answer (one of {answers}): ____________  who: ____________",
        "check": "How to see what became of it:",
        "check_is": "prints 0: done. 10: not begun. Anything else: nobody knows; phone before you go on.",
        "tick": "[ ] done at __:__  by ____________    [ ] failed: go to the way back",
        "undo_at": "Way back: {number} below.",
        "undo_none": "There is nothing to go back to here.",
        "back": "The way back",
        "back_text": "From the step you have reached, also if it was begun only, upwards to the first: in the order"
        " printed here, leaving out those that were never begun. Each text may be used after half a step as well.",
        "back_none": "This plan has no way back: what was done stays. If a step fails, phone.",
        "back_point": "If step {number} was begun: people decide first, see there.",
        "back_of": "back from {number}: {title}",
        "end": "At the end",
        "end_text": "Look at all of it once more, tell local IT, and keep this paper with the record: the audit knows"
        " nothing of what was done by hand. On the operations host:",
        "end_where": "Every file that was written keeps what it was before only where a step says so.",
        "signed": "begun __:__   ended __:__   new [ ]  old [ ]   names ______________________________",
        "job": "Steps that run as {account}",
        "job_text": "These are carried out by eakte-job.service. Type this once in each terminal in which such a step"
        " is done:",
        "values": "Values that arise",
        "values_text": "Write them here when a step prints them:",
        "role_centre": "the centre",
        "role_local-it": "local IT",
        "role_management": "management",
        "role_data-protection": "data protection",
    },
    "de": {
        "title": "{town}: {purpose}. Von Hand",
        "head": "Plan {hash}, gemacht {made} von {who} mit eakte-ops {tool}, gültig bis {until}.",
        "why": "Grund: {why}",
        "counts": "{steps} Schritte auf {servers}. Hin etwa {forth}, zurück etwa {back}.",
        "use": "Diese Anleitung ist für den Tag, an dem eakte-ops selbst nicht benutzt werden kann. Sie enthält alles,"
        " was der Plan tut, Wort für Wort. Von oben nach unten arbeiten, nichts auslassen, jeden Schritt abhaken und"
        " die Uhrzeit daneben schreiben. Zwei sind besser als einer: einer liest, einer tippt.",
        "never": "HALT und erst telefonieren, wenn: eine Ausgabe nicht so ist, wie es hier steht, ein Befehl nach einem"
        " Passwort fragt, ein Host-Schlüssel ein anderer ist oder die Uhrzeit an einer Zeile mit Uhr vorbei ist.",
        "contacts": "Wer gefragt wird",
        "contact": "{role}: {mail}{phone}",
        "before": "Bevor es losgeht",
        "nobody": "Niemand sonst darf in {town} an der Arbeit sein: `eakte-ops runs list`, oder im Raum fragen. Sobald"
        " begonnen wurde, benutzt niemand eakte-ops für {town}, bis die letzte Seite unterschrieben ist.",
        "window": "Das Fenster: {begin} bis {end} ({zone}). Spätestens um {latest} beginnen, sonst heute gar nicht.",
        "window_free": "Die Kommune erlaubt Arbeiten jederzeit.",
        "window_none": "Es wurde kein Fenster gefunden. Erst die Zeit mit der örtlichen IT am Telefon vereinbaren: mit"
        " wem und wann ________",
        "window_needless": "Ein Fenster ist nicht nötig.",
        "second": "Das braucht die Freigabe durch eine zweite Person. Wer, wann: ______________________________",
        "laptop": "Auf dem Laptop: OpenSSH, der eigene Schlüssel für Arbeiten in {town} und, wenn vorhanden, der"
        " Betriebsordner ({commit}); Befehle, die mit ssh beginnen, werden dort getippt, in diesem Ordner.",
        "secrets": "Geheimnisse dieses Plans: {names}. Auf einem Rechner mit dem Betriebsordner und der eigenen"
        " age-Identität:",
        "secrets_note": "Nie einen Wert auf dieses Papier schreiben, nie hinter einen Befehl setzen.",
        "login": "Anmelden",
        "login_text": "Ein Terminal je Server; es bleibt bis zum Ende offen. Die Server geben kein eigenes"
        " Terminal: es gibt keine Eingabeaufforderung, `hostname` zeigt, dass jemand antwortet, `exit` beendet es. Ohne"
        " den Betriebsordner `-o UserKnownHostsFile=...` weglassen und `ask` statt `yes` schreiben; Ja nur sagen, wenn"
        " der Schlüssel, der gezeigt wird, einer von denen unter dem Befehl ist.",
        "through": "Der Weg führt über {jump}, mit einem von diesen Schlüsseln:",
        "no_prints": "(keiner ist vermerkt: von der örtlichen IT am Telefon vorlesen lassen)",
        "session": "Das in jedem dieser Terminals zuerst tippen, mit dem eigenen Namen (nur Buchstaben und Leerzeichen)"
        " und einem Ende, das stimmt:",
        "assumed": "Was so sein muss",
        "assumed_text": "Auf jedem Server; wo es anders ist, nicht beginnen.",
        "expect_equal": "Erwartet: `{value}`",
        "expect_at-least": "Erwartet: eine Zahl von mindestens {value}{seen}",
        "expect_at-most": "Erwartet: eine Zahl von höchstens {value}{seen}",
        "seen": " (es waren {seen})",
        "switch": "Der Stoppschalter der Kommune. Erwartet: keine solche Datei. Gibt es sie, steht der Grund darin, und"
        " hier wird nichts getan.",
        "holder": "Wer die Sperre der Kommune hat. Erwartet: niemand, oder keine solche Datei.",
        "steps": "Schritte",
        "stop": "AB HIER STEHT DER DIENST.{by}",
        "stop_by": " Nicht nach {at}: sonst passen der Rest und der Rückweg nicht ins Fenster. Ist es später, jetzt"
        " umkehren.",
        "no_return": "AB HIER KEIN ZURÜCK. Nach dem nächsten Schritt können Sachbearbeiter Dokumente ablegen. Von dort"
        " umzukehren entscheiden Menschen: wer, wann ______________________________",
        "side": "Die Teile dieses Schritts dürfen gleichzeitig getan werden.",
        "time": "höchstens {limit}, meist {expected}",
        "where_work": "{server}, als {account}",
        "where_software": "{server}, als {account} durch eakte-job.service",
        "nowhere": "durch einen Menschen",
        "do": "Tun:",
        "secret": "Zuerst das Geheimnis {name} in `{variable}`; was getippt wird, ist nicht zu sehen:",
        "taken": "Zuerst der Wert `{value}`, notiert bei dem Schritt, der ihn ergab:",
        "gives": "Die Ausgabe ist `NAME=WERT`. Notieren: {names}",
        "status": "Gut: keine Fehlermeldung, und danach ergibt",
        "status_is": "die Zahl 0.",
        "send": "Die Datei `{to}` (Rechte {mode}) soll genau das enthalten:",
        "send_secrets": "Sie hat Stellen für Geheimnisse, `‹secret NAME›`: nach dem Befehl jeden Wert dort mit einem"
        " Editor (`vi`) einsetzen, so geschrieben, wie das Format der Datei es will.",
        "send_none": "Ihr Inhalt ({artefact}) ist kein Text. Auf dem Betriebsrechner holen und hinkopieren:",
        "send_check": "Prüfen:",
        "send_sum": "Erwartet: `{sum}`",
        "gate": "Nur schauen, nichts ändern. Das alles muss innerhalb von {limit} gut sein:",
        "gate_check": "{name}: {title}",
        "gate_probe": "auf {server}, {component}:",
        "gate_any": "mit eakte-ops, falls es zum Schauen benutzt werden kann: `eakte-ops health {town}`",
        "gate_window": "Die Uhr: reicht die Zeit? Siehe die Zeile, ab der der Dienst steht, oder oben das Fenster.",
        "gate_assumptions": "Noch einmal alles unter „Was so sein muss“.",
        "gate_active": "Erwartet: `active`",
        "gate_answers": "Erwartet: eine Antwort, kein Fehler{more}",
        "gate_contains": ", darin `{text}`",
        "gate_up": ', darin `"status":"UP"`',
        "gate_port": "Erwartet: `open`",
        "ask": "Zu fragen und aufzuschreiben: {question}",
        "answers": "Antwort (eine von {answers}): ____________  wer: ____________",
        "check": "Wie zu sehen ist, was daraus wurde:",
        "check_is": "ergibt 0: getan. 10: nicht begonnen. Alles andere: niemand weiß es; erst telefonieren.",
        "tick": "[ ] getan um __:__  von ____________    [ ] gescheitert: zum Rückweg",
        "undo_at": "Rückweg: {number} unten.",
        "undo_none": "Hier gibt es nichts zurückzunehmen.",
        "back": "Der Rückweg",
        "back_text": "Von dem Schritt, der erreicht ist, auch wenn er nur begonnen wurde, bis hinauf zum ersten: in der"
        " Reihenfolge, die hier steht, ohne die, die nie begonnen wurden. Jeder Text gilt auch nach einem halben"
        " Schritt.",
        "back_none": "Dieser Plan hat keinen Rückweg: was getan ist, bleibt. Scheitert ein Schritt: telefonieren.",
        "back_point": "Wurde Schritt {number} begonnen: erst entscheiden Menschen, siehe dort.",
        "back_of": "zurück von {number}: {title}",
        "end": "Am Ende",
        "end_text": "Alles noch einmal ansehen, der örtlichen IT Bescheid geben und dieses Papier zu den Akten nehmen:"
        " Das Audit weiß nichts von dem, was von Hand getan wurde. Auf dem Betriebsrechner:",
        "end_where": "Nur wo ein Schritt es sagt, ist von einer geschriebenen Datei der Stand davor aufgehoben.",
        "signed": "begonnen __:__   beendet __:__   neu [ ]  alt [ ]   Namen ______________________________",
        "job": "Schritte, die als {account} laufen",
        "job_text": "Sie werden von eakte-job.service ausgeführt. Das einmal in jedem Terminal tippen, in dem ein"
        " solcher Schritt getan wird:",
        "values": "Werte, die entstehen",
        "values_text": "Hier notieren, wenn ein Schritt sie ausgibt:",
        "role_centre": "das Zentrum",
        "role_local-it": "örtliche IT",
        "role_management": "Verwaltungsleitung",
        "role_data-protection": "Datenschutz",
    },
}


def said(language: Language, word: str, **values: Any) -> str:
    """The text `word` with `values` put in."""
    return _WORDS[language][word].format(**values)
