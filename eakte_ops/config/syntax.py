"""What may stand in a template: its tree is judged, then changed so that all it does is paid for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from math import isfinite

from jinja2 import nodes

from eakte_ops.config.filters import COMPARED, FILTERS, MADE, WALKED
from eakte_ops.yamltext import did_you_mean

SEEN = ("town", "here", "parts", "layout", "secret", "values")
"""What every template sees; `own` only where its file belongs to one component."""

TESTS = ("defined", "undefined")
_WORDS = {"join": (0, 1), "replace": (2, 2)}
_WORDS_SAID = {(0, 0): "nothing more", (0, 1): "at most what stands between", (2, 2): "what is replaced, and by what"}
_DEEPEST = 60
_DEEPEST_LOOPS = 6
_MOST = 20_000
_TOO_DEEP = "this is nested too deeply"
_ALONE = "a template stands alone"
_FORBIDDEN: Mapping[type[nodes.Node], str] = {
    nodes.Call: "nothing can be called in a template",
    nodes.CallBlock: "nothing can be called in a template",
    nodes.Macro: "a template has no macros",
    nodes.Include: f"{_ALONE}: no include",
    nodes.Import: f"{_ALONE}: no import",
    nodes.FromImport: f"{_ALONE}: no import",
    nodes.Extends: f"{_ALONE}: no extends",
    nodes.Block: f"{_ALONE}: no block",
    nodes.Mul: "no multiplication in a template",
    nodes.Pow: "no powers in a template",
    nodes.Mod: "no % in a template",
    nodes.Slice: "no slices in a template",
    nodes.Dict: "no mappings in a template: a list of pairs does it",
    nodes.FilterBlock: "a filter belongs to one expression, not to a block",
    nodes.AssignBlock: "`set` takes one expression, not a block",
    nodes.NSRef: "nothing of another thing can be set",
    nodes.ScopedEvalContextModifier: "no autoescape in a template: filters say how a value is written",
}


def mistakes(tree: nodes.Template, seen: Collection[str]) -> list[tuple[int, str]]:
    """Line and sentence of everything that has no place in a template. `seen`: the names that it is given."""
    found = []
    everything: list[nodes.Node] = []
    for node, depth, loops in _walk(tree):
        if depth > _DEEPEST or loops > _DEEPEST_LOOPS:
            return [(node.lineno, _TOO_DEEP)]
        if len(everything) > _MOST:
            return [(node.lineno, f"a template has at most {_MOST:,} values, words and signs")]
        everything.append(node)
        if said := _FORBIDDEN.get(type(node)) or _said_of(node):
            found.append((node.lineno, said))
    return sorted({*found, *_names([node for node in everything if isinstance(node, nodes.Name)], seen)})


def _walk(tree: nodes.Template) -> Iterator[tuple[nodes.Node, int, int]]:
    """Every node, how deep it lies, and in how many loops."""
    waiting: list[tuple[nodes.Node, int, int]] = [(tree, 0, 0)]
    while waiting:
        node, depth, loops = waiting.pop()
        yield node, depth, loops
        loops += isinstance(node, nodes.For)
        for each in node.iter_child_nodes():
            each.lineno = each.lineno or node.lineno  # some have none
            waiting.append((each, depth + 1, loops))


def _said_of(node: nodes.Node) -> str:
    if isinstance(node, nodes.Filter):
        return _said_of_filter(node)
    if isinstance(node, nodes.Test) and node.name not in TESTS:
        return f'there is no test "{node.name:.80}": {", ".join(TESTS)}, and comparisons such as == and in'
    if isinstance(node, nodes.Const) and isinstance(node.value, float) and not isfinite(node.value):
        return "a number is too large"
    return _said_of_branches(node)


def _said_of_branches(node: nodes.Node) -> str:
    if isinstance(node, nodes.If) and len(node.elif_) > _DEEPEST:
        return _TOO_DEEP
    if isinstance(node, nodes.For) and node.recursive:
        return "a loop can not call itself"
    if isinstance(node, nodes.CondExpr) and node.expr2 is None:
        return "an `if` within an expression needs its `else`"
    return ""


def _said_of_filter(node: nodes.Filter) -> str:
    if node.name not in FILTERS:
        return f'there is no filter "{node.name:.80}"{did_you_mean(node.name, filter(str.isidentifier, FILTERS))}'
    least, most = _WORDS.get(node.name, (0, 0))
    if node.kwargs or node.dyn_args or node.dyn_kwargs or not least <= len(node.args) <= most:
        return f'the filter "{node.name}" takes {_WORDS_SAID[least, most]}'
    return ""


def _names(names: Collection[nodes.Name], seen: Collection[str]) -> Iterator[tuple[int, str]]:
    made = {name.name for name in names if name.ctx != "load"}
    for name in names:
        if name.ctx != "load" and name.name in (*SEEN, "own", "loop", "self"):
            yield name.lineno, f'"{name.name}" is what a template is given; take another name'
        elif name.ctx == "load" and name.name not in made and name.name not in (*seen, "loop"):
            yield name.lineno, _unknown(name.name, (*seen, *made))


def _unknown(name: str, known: Collection[str]) -> str:
    if name == "own":
        return '"own" is there only where a file belongs to one component: write parts["COMPONENT"]'
    return f'there is no "{name:.80}" here{did_you_mean(name, known)}'


def bounded(tree: nodes.Template) -> nodes.Template:
    """The same tree, in which lists that are made, texts that are joined, comparisons and loops are paid for."""
    _rewrite(tree)
    return tree


def _rewrite(node: nodes.Node) -> int:
    """Changes what lies below `node`; returns how much one pass through it costs."""
    cost = 1
    for name, below in node.iter_fields():
        if isinstance(below, list):
            for at, each in enumerate(below):
                if isinstance(each, nodes.Node):
                    cost += _rewrite(each)
                    below[at] = _replaced(each)
        elif isinstance(below, nodes.Node):
            cost += _rewrite(below)
            setattr(node, name, _replaced(below))
    if isinstance(node, nodes.TemplateData):
        cost += len(node.data)
    if isinstance(node, nodes.For):
        node.iter = _filter(node.iter, WALKED, nodes.Const(cost, lineno=node.lineno))
    return cost


def _replaced(node: nodes.Node) -> nodes.Node:
    if isinstance(node, nodes.Concat):
        return _filter(nodes.List(node.nodes, lineno=node.lineno), "join")
    if isinstance(node, nodes.List) or (isinstance(node, nodes.Tuple) and node.ctx == "load"):
        return _filter(node, MADE)
    if isinstance(node, nodes.Compare | nodes.Operand):
        node.expr = _filter(node.expr, COMPARED)
    return node


def _filter(node: nodes.Node, name: str, *words: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, name, list(words), [], None, None, lineno=node.lineno)
