"""A plan as a numbered manual for working by hand, as Markdown: every command word by word. Pure.

It has to be of use to somebody who has this print, a laptop with ssh and a key, and no eakte-ops.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from eakte_ops.cli.paper_job import job_function
from eakte_ops.cli.paper_places import Look, layout, looks, ssh
from eakte_ops.cli.paper_words import said
from eakte_ops.cli.plan_rows import Language, Row, numbers, purpose_of, rows, title_of
from eakte_ops.health.wording import span
from eakte_ops.playbook.plan import AskPerson, Gate, OnServer, Send
from eakte_ops.playbook.wall import parsed
from eakte_ops.playbook.windows import latest_stop, length_of
from eakte_ops.remote.posix import quote
from eakte_ops.report.moments import Reader

if TYPE_CHECKING:
    from eakte_ops.inventory.model import Server, Town
    from eakte_ops.playbook.plan import Do, Plan, Step

_OF_SERVICES = ("service", "gateway", "index", "database", "login", "documents", "queue")
"""Checks whose names begin like this are about parts of the software, which can be asked one by one."""
_SLOT = "‹secret "  # as config/rendered.py shows the place of one


@dataclass(frozen=True, slots=True)
class Paper:
    """A plan on paper. `prints`: host -> fingerprints of its confirmed host keys; `checks`: name -> title."""

    plan: Plan
    town: Town
    language: Language
    now: datetime
    prints: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    checks: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """The whole manual."""
        parts = (self._head(), self._before(), self._login(), self._assumed(), self._jobs(), self._steps())
        lines = [line for part in (*parts, self._back(), self._end()) for line in part]
        return "\n".join(lines) + "\n"

    def _say(self, word: str, **values: Any) -> str:
        return said(self.language, word, **values)

    def _span(self, seconds: float) -> str:
        return span(seconds, self.language)

    def _moment(self, text: str) -> str:
        zone = self.town.said.windows.zone
        return Reader(self.language, zone, self.now.timestamp()).moment(parsed(text).timestamp())

    def _head(self) -> Iterator[str]:
        plan, length = self.plan, length_of(self.plan)
        yield f"# {self._say('title', town=self.town.name, purpose=purpose_of(plan, self.language))}"
        yield ""
        made = {"made": self._moment(plan.made_at), "until": self._moment(plan.valid_until)}
        yield self._say("head", hash=plan.hash[:12], who=plan.made_by, tool=plan.tool, **made)
        if plan.why:
            yield self._say("why", why=plan.why)
        where = ", ".join(plan.servers) or self._say("nowhere")
        forth, back = self._span(length.forth), self._span(length.back)
        yield self._say("counts", steps=len(plan.steps), servers=where, forth=forth, back=back)
        yield from ("", self._say("use"), "", f"**{self._say('never')}**", "")
        yield f"{self._say('contacts')}:"
        yield ""
        for role, contact in self.town.said.contacts.items():
            phone = f", {contact.phone}" if contact.phone else ""
            yield f"- {self._say('contact', role=self._say(f'role_{role}'), mail=contact.mail, phone=phone)}"

    def _before(self) -> Iterator[str]:
        plan = self.plan
        points = [self._say("nobody", town=self.town.name), self._window()]
        if plan.needs.second_person:
            points.append(self._say("second"))
        points.append(self._say("laptop", town=self.town.name, commit=plan.commit))
        yield from ("", f"## 1. {self._say('before')}", "", *(f"[ ] {point}\n" for point in points))
        names = sorted(self._secrets())
        if names:
            yield from (f"[ ] {self._say('secrets', names=', '.join(names))}", "")
            yield from _fenced(f"eakte-ops secret get {plan.town} {name} --show" for name in names)
            yield from _fenced(f"age -d -i IDENTITY inventories/{plan.town}.secrets/{name}.age" for name in names)
            yield from (self._say("secrets_note"), "")

    def _window(self) -> str:
        plan = self.plan
        if not plan.needs.window:
            return self._say("window_needless")
        if plan.window is None:
            return self._say("window_none")
        if not plan.window.end:
            return self._say("window_free")
        begin, end, latest = map(self._moment, (plan.window.begin, plan.window.end, plan.window.latest_start))
        return self._say("window", begin=begin, end=end, latest=latest, zone=self.town.said.windows.zone)

    def _secrets(self) -> set[str]:
        """Names of all secrets that are needed."""
        found: set[str] = set()
        for do in (each for step in self.plan.steps for each in (step.do, step.undo)):
            if isinstance(do, OnServer):
                found |= set(do.secrets.values())
            elif isinstance(do, Send):
                found |= set(re.findall(rf"{_SLOT}([a-z0-9.-]+)›", do.text))
        return found

    def _login(self) -> Iterator[str]:
        yield from (f"## 2. {self._say('login')}", "", self._say("login_text"), "")
        for name in self._servers():
            yield from (f"### {name}", "")
            yield from _fenced([ssh(self.town, self._server(name))])
            yield from self._prints(name)
            if (jump := self._server(name).jump) is not None:
                yield from (self._say("through", jump=jump), "", *self._prints(jump))
        yield from (self._say("session"), "")
        who = {"en": "your name", "de": "der eigene Name"}[self.language]
        hours = max(1, -(-(length_of(self.plan).forth + length_of(self.plan).back) // 3600)) + 1
        yield from _fenced(
            [
                f"export run=by-hand-{self.plan.hash[:6]} plan={self.plan.hash}",
                f"export who={quote(who)} until=$(($(date +%s) + {hours} * 3600))",
                f"cd {quote(self._first_layout_state())} && umask 027",
            ]
        )
        if self.plan.values:
            yield from (f"{self._say('values')}. {self._say('values_text')}", "")
            yield from (*(f"- `{name}` ({kind}): ____________________" for name, kind in self.plan.values.items()), "")

    def _prints(self, host: str) -> Iterator[str]:
        known = [f"`{each}`" for each in self.prints.get(host, ())]
        yield from (*(f"- {each}" for each in known or [self._say("no_prints")]), "")

    def _first_layout_state(self) -> str:
        return layout(self.town, self._server(self._servers()[0])).state if self._servers() else "."

    def _servers(self) -> tuple[str, ...]:
        asked = {each.server for each in self.plan.assumes if each.server}
        return tuple(sorted({*self.plan.servers, *asked}))

    def _server(self, name: str) -> Server:
        return self.town.server(name)

    def _assumed(self) -> Iterator[str]:
        yield from (f"## 3. {self._say('assumed')}", "", self._say("assumed_text"), "")
        for name in self._servers():
            place = layout(self.town, self._server(name))
            yield from (f"### {name}", "", f"[ ] {self._say('switch')}", "")
            yield from _fenced([f"cat {quote(f'{place.granted}/stop')}"])
            yield from (f"[ ] {self._say('holder')}", "")
            yield from _fenced([f"cat {quote(f'{place.state}/lock/holder')}"])
            for each in self.plan.assumes:
                if each.server != name:
                    continue
                seen = self._say("seen", seen=each.seen) if each.seen else ""
                title = each.title_de or each.title if self.language == "de" else each.title
                yield from (f"[ ] {title}", "")
                yield from _fenced(_text(each.ask, "ASK"))
                yield from (self._say(f"expect_{each.rule}", value=each.value, seen=seen), "")

    def _jobs(self) -> Iterator[str]:
        """The function for steps of the software's account, if there are any."""
        used = [step for step in self.plan.steps if any(_is_detached(do) for do in (step.do, step.undo))]
        if used:
            place = layout(self.town, self._server(used[0].server))
            account = place.software_account
            yield from (f"## {self._say('job', account=account)}", "", self._say("job_text"), "")
            yield from _fenced(job_function(place.state, account).rstrip("\n").split("\n"))

    def _steps(self) -> Iterator[str]:
        yield from (f"## 4. {self._say('steps')}", "")
        stopped = passed = False
        for row in rows(self.plan):
            if row.stops and not stopped:
                stopped = True
                yield from (f"**{self._say('stop', by=self._stop_by())}**", "")
            if row.no_return and not passed:
                passed = True
                yield from (f"**{self._say('no_return')}**", "")
            yield from self._row(row)

    def _stop_by(self) -> str:
        window = self.plan.window
        if window is None or not window.end:
            return ""
        return self._say("stop_by", at=self._moment(latest_stop(self.plan, parsed(window.end)).isoformat()))

    def _row(self, row: Row) -> Iterator[str]:
        yield from (f"### {row.number}. {title_of(row.first, self.language)}", "")
        if len(row.steps) > 1 and len({step.stage for step in row.steps}) == 1:
            yield from (self._say("side"), "")
        for step in row.steps:
            number = numbers(self.plan)[step.id]
            time = self._say("time", limit=self._span(step.limit), expected=self._span(step.expected))
            yield from (f"**{number}  {self._where(step, step.do)}** · {time}", "")
            yield from self._act(step, step.do, number)
            if step.verify is not None:
                yield from (self._say("check"), "")
                yield from _fenced([*_text(step.verify, f"CHECK-{number.replace('.', '-')}"), "echo $?"])
                yield from (self._say("check_is"), "")
            undo = self._say("undo_none") if step.undo is None else self._say("undo_at", number=f"R{number}")
            yield from (f"{self._say('tick')} · {undo}", "")

    def _where(self, step: Step, do: Do) -> str:
        if not step.server:
            return self._say("nowhere")
        place = layout(self.town, self._server(step.server))
        if _is_detached(do):
            return self._say("where_software", server=step.server, account=place.software_account)
        return self._say("where_work", server=step.server, account=place.work_account)

    def _act(self, step: Step, do: Do, number: str) -> Iterator[str]:
        if isinstance(do, OnServer):
            yield from self._on_server(step, do, number)
        elif isinstance(do, Send):
            yield from self._send(step, do, number)
        elif isinstance(do, Gate):
            yield from self._gate(step, do)
        else:
            yield from self._question(do)

    def _on_server(self, step: Step, do: OnServer, number: str) -> Iterator[str]:
        for variable, name in do.secrets.items():
            yield from (self._say("secret", name=name, variable=variable), "")
            yield from _fenced([f"stty -echo; read -r {variable}; stty echo; export {variable}"])
        for variable, value in do.takes.items():
            yield from (self._say("taken", value=value), "")
            yield from _fenced([f"export {variable}='____________________'"])
        yield from (self._say("do"), "")
        mark = f"STEP-{number.replace('.', '-')}"
        if _is_detached(do):
            named = " ".join(("run", "plan", "who", "until", *do.takes))
            program = f"job {step.id}.{'do' if do is step.do else 'undo'} {step.limit} {named}"
        else:
            program = "sh"
        yield from _fenced([*_text(do.text, mark, program), "echo $?"])
        if do.secrets:
            yield from _fenced([f"unset {' '.join(do.secrets)}"])
        yield from (f"{self._say('status')} `echo $?` {self._say('status_is')}", "")
        if step.gives and do is step.do:
            yield from (self._say("gives", names=", ".join(f"{name} ____________________" for name in step.gives)), "")

    def _send(self, step: Step, do: Send, number: str) -> Iterator[str]:
        if not do.text:
            yield from (self._say("send_none", artefact=do.artefact), "")
            yield from (f"`{do.to}` · sha256 `{do.sha256}`", "")
            return
        new = f"{do.to}.by-hand"
        yield from (self._say("send", to=do.to, mode=do.mode), "")
        end = f"FILE-{number.replace('.', '-')}"
        yield from _fenced(_text(do.text, end, f"(umask 077; mkdir -p {quote(_folder(do.to))}; cat >{quote(new)})"))
        if _SLOT in do.text:
            yield from (self._say("send_secrets"), "")
        else:
            whole = do.text if do.text.endswith("\n") else f"{do.text}\n"
            yield from (self._say("send_check"), "")
            yield from _fenced([f"sha256sum {quote(new)}"])
            yield from (self._say("send_sum", sum=hashlib.sha256(whole.encode()).hexdigest()), "")
        yield from _fenced([f"chmod {do.mode} {quote(new)} && mv -T {quote(new)} {quote(do.to)}; echo $?"])
        yield from (f"{self._say('status')} `echo $?` {self._say('status_is')}", "")

    def _gate(self, step: Step, do: Gate) -> Iterator[str]:
        yield from (self._say("gate", limit=self._span(step.limit)), "")
        for name in do.checks:
            own = {"plan.window": "gate_window", "plan.assumptions": "gate_assumptions"}.get(name)
            if own is not None:
                yield from (f"[ ] {self._say(own)}", "")
            else:
                yield from (f"[ ] {self._say('gate_check', name=name, title=self.checks.get(name, name))}", "")
        if not any(name.partition(".")[0] in _OF_SERVICES for name in do.checks):
            if not all(name.startswith("plan.") for name in do.checks):
                yield from (self._say("gate_any", town=self.plan.town), "")
            return
        for server in [self._server(step.server)] if step.server else self.town.said.servers:
            for component, found in _by_component(looks(self.town, server, do.components)).items():
                yield from (self._say("gate_probe", server=server.name, component=component), "")
                for look in found:
                    yield from _fenced([look.command])
                    yield from (self._expected(look), "")
        yield from (self._say("gate_any", town=self.plan.town), "")

    def _expected(self, look: Look) -> str:
        if look.expect == "active":
            return self._say("gate_active")
        if look.expect == "open":
            return self._say("gate_port")
        more = {"contains": self._say("gate_contains", text=look.text), "up": self._say("gate_up")}
        return self._say("gate_answers", more=more.get(look.expect, ""))

    def _question(self, do: AskPerson) -> Iterator[str]:
        question = do.question_de or do.question if self.language == "de" else do.question
        yield from (self._say("ask", question=question), "")
        yield from (self._say("answers", answers=", ".join(do.answers)), "")

    def _back(self) -> Iterator[str]:
        yield from (f"## 5. {self._say('back')}", "")
        undone = [step for row in rows(self.plan) for step in row.steps if step.undo is not None]
        if not undone:
            yield from (self._say("back_none"), "")
            return
        yield from (self._say("back_text"), "")
        by_number = numbers(self.plan)
        point = next((by_number[step.id] for step in self.plan.steps if step.no_return), None)
        if point is not None:
            yield from (f"**{self._say('back_point', number=point)}**", "")
        for step in reversed(undone):
            assert step.undo is not None
            number, title = by_number[step.id], title_of(step, self.language)
            yield from (f"### R{number}  {self._say('back_of', number=number, title=title)}", "")
            yield from (f"**{self._where(step, step.undo)}**", "")
            yield from self._act(step, step.undo, f"R{number}")
            yield from ("[ ] __:__  ____________", "")

    def _end(self) -> Iterator[str]:
        yield from (f"## 6. {self._say('end')}", "", self._say("end_text"), "")
        yield from _fenced([f"eakte-ops health {self.plan.town}"])
        yield from (self._say("end_where"), "", self._say("signed"))


def _is_detached(do: Do | None) -> bool:
    return isinstance(do, OnServer) and do.account == "software"


def _folder(path: str) -> str:
    return path.rpartition("/")[0] or "/"


def _by_component(found: Iterable[Look]) -> dict[str, list[Look]]:
    by: dict[str, list[Look]] = {}
    for look in found:
        by.setdefault(look.component, []).append(look)
    return by


def _text(text: str, mark: str, program: str = "sh") -> list[str]:
    """`text` on the standard input of `program`, ended by a word that does not stand in it."""
    lines = text.rstrip("\n").split("\n")
    while mark in lines:
        mark += "-END"
    return [f"{program} <<'{mark}'", *lines, mark]


def _fenced(lines: Iterable[str]) -> list[str]:
    """Lines to type as they are; the fence is longer than any in them."""
    found = list(lines)
    ticks = max((len(run) for line in found for run in re.findall(r"`{3,}", line)), default=2) + 1
    return ["`" * ticks + "sh", *found, "`" * ticks, ""]
