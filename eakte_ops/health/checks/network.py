"""What a server needs from the town's network: names that resolve, a resolver that answers, the backup storage."""

from __future__ import annotations

from collections.abc import Iterable

from eakte_ops.health.facts.network import NETWORK, PATIENCE_S
from eakte_ops.health.types import Cause, Check, Look, NoLimits, NotKnown, Result, Text, Values

RESOLVER = "resolver"


def _names(look: Look, _limits: NoLimits) -> Iterable[Result]:
    reached = look[NETWORK]
    values: Values = {"seconds": PATIENCE_S}
    if reached.resolver == "hangs":
        yield Result("warning", RESOLVER, "silent", values, todo="resolver")
    else:
        yield Result("ok", RESOLVER, "answers", values)
    for name, state in reached.names.items():
        if state == "known":
            yield Result("ok", name, "known", values)
        elif state == "hangs":
            yield Result("critical", name, "hangs", values)
        else:
            yield Result("critical", name, "unknown", values)


NAMES = Check(
    name="names.resolution",
    owner="local-it",
    facts=(NETWORK,),
    limits=NoLimits(),
    judge=_names,
    text={
        "en": Text(
            title="Names resolve",
            means="The server's own name, localhost and the machines that the inventory gives by name have to resolve "
            "in time. A resolver that does not answer at all makes every program wait that looks a name up: logins, "
            "database connections, mails.",
            todo="look at /etc/hosts, /etc/resolv.conf and: getent ahosts {subject}",
            said={
                "known": "{subject} resolves",
                "unknown": "{subject} does not resolve",
                "hangs": "{subject} does not resolve within {seconds:span}",
                "answers": "the resolver answers",
                "silent": "the resolver does not answer within {seconds:span}",
            },
            todos={"resolver": "do the name servers in /etc/resolv.conf live, does the network reach them?"},
            incident="The old name server was switched off, yet stood first in every resolv.conf: each connection of "
            "the application server took ten seconds longer, and the software was blamed for a week.",
            clerks="Logging in and opening take some seconds longer than usual.",
        ),
        "de": Text(
            title="Namen lassen sich auflösen",
            means="Der eigene Name des Servers, localhost und die Maschinen, die im Inventar mit Namen stehen, müssen "
            "sich in der Zeit auflösen lassen. Ein Nameserver, der gar nicht antwortet, lässt jedes Programm warten, "
            "das einen Namen nachschlägt: Anmeldungen, Datenbankverbindungen, Mails.",
            todo="/etc/hosts und /etc/resolv.conf ansehen, und: getent ahosts {subject}",
            said={
                "known": "{subject} lässt sich auflösen",
                "unknown": "{subject} lässt sich nicht auflösen",
                "hangs": "{subject} lässt sich in {seconds:span} nicht auflösen",
                "answers": "die Namensauflösung antwortet",
                "silent": "die Namensauflösung antwortet nicht in {seconds:span}",
            },
            todos={"resolver": "Leben die Nameserver in /etc/resolv.conf, reicht das Netz dorthin?"},
            incident="Der alte Nameserver wurde abgeschaltet, stand aber überall an erster Stelle in resolv.conf: jede "
            "Verbindung des Applikationsservers dauerte zehn Sekunden länger, und eine Woche lang galt die Software "
            "als schuld.",
            clerks="Anmelden und Öffnen dauern einige Sekunden länger als sonst.",
        ),
    },
)


def _storage(look: Look, _limits: NoLimits) -> Iterable[Result]:
    storage, reached = look.site.storage, look[NETWORK].storage
    if storage is None or reached is None:
        raise NotKnown("left-out")
    state, said = reached
    if state == "no-tool":
        raise NotKnown("tool-missing", tool="ssh")
    values: Values = {
        "address": storage.address,
        "port": storage.port,
        "seconds": PATIENCE_S,
        "what": said or "-",
    }
    if state == "answers":
        yield Result("ok", storage.name, state, values)
    elif state == "no-name":
        yield Result("critical", storage.name, state, values, because=(Cause(NAMES.name, storage.address),))
    else:
        yield Result("critical", storage.name, state, values)


STORAGE = Check(
    name="backup.storage",
    owner="local-it",
    facts=(NETWORK,),
    limits=NoLimits(),
    judge=_storage,
    concerns=lambda site: site.storage is not None,
    text={
        "en": Text(
            title="The backup storage can be reached",
            means="The server opens an SSH connection to the town's backup storage and sees whether anything answers "
            "there; nobody logs in. Where that fails, tonight's backup fails, too.",
            todo="is {subject} up, does its sshd run, does a firewall between {server} and {address} port {port} stand "
            "in the way?",
            said={
                "answers": "{subject} answers at {address} port {port}",
                "refused": "{subject} refuses the connection at {address} port {port}",
                "silent": "{subject} does not answer at {address} port {port} within {seconds:span}",
                "no-way": "there is no way to {subject} at {address} ({what})",
                "no-name": "the name {address} of {subject} does not resolve",
                "other": "{subject} at {address} port {port}: {what}",
            },
            incident="A new firewall rule cut the servers off from the backup storage. The backup job said so in its "
            "own log each night; it was noticed when a restore was needed, seven weeks later.",
        ),
        "de": Text(
            title="Der Sicherungsspeicher ist erreichbar",
            means="Der Server öffnet eine SSH-Verbindung zum Sicherungsspeicher der Kommune und sieht, ob dort etwas "
            "antwortet; niemand meldet sich an. Wo das scheitert, scheitert heute Nacht auch die Sicherung.",
            todo="Läuft {subject}, läuft dessen sshd, steht eine Firewall zwischen {server} und {address} Port {port} "
            "im Weg?",
            said={
                "answers": "{subject} antwortet unter {address} Port {port}",
                "refused": "{subject} weist die Verbindung unter {address} Port {port} ab",
                "silent": "{subject} antwortet unter {address} Port {port} nicht in {seconds:span}",
                "no-way": "es gibt keinen Weg zu {subject} unter {address} ({what})",
                "no-name": "der Name {address} von {subject} lässt sich nicht auflösen",
                "other": "{subject} unter {address} Port {port}: {what}",
            },
            incident="Eine neue Firewallregel schnitt die Server vom Sicherungsspeicher ab. Der Sicherungsjob sagte "
            "das jede Nacht in seinem eigenen Protokoll; bemerkt wurde es sieben Wochen später, als eine "
            "Wiederherstellung nötig war.",
        ),
    },
)

CHECKS = (NAMES, STORAGE)
