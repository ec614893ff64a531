"""How edits of definitions change a graph, and which edit takes each back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from graph import edits as e
from graph import port_names, wiring
from graph.addresses import keeps, renamed, renamed_inside
from graph.definition import Blueprint, Definition, Interface
from graph.errors import BadDefinition, GraphError
from graph.interfaces import check_interface, mapped, pruned_interface, refuse_shown
from graph.module import Module, plain
from graph.nesting import check_nesting, containing, inner_first, is_wanted
from graph.port import PortRef
from graph.records import MAX_NAME, bad_character, check_id
from graph.suggest import did_you_mean

if TYPE_CHECKING:
    from graph.model import Graph


def define(graph: Graph, edit: e.Define) -> e.Edit:
    """Add a definition; raises `BadDefinition` or the fault of what it contains."""
    name = edit.blueprint.name
    check_name(graph, name)
    definition = Definition(name, edit.blueprint.interface, graph.inner())
    entries = list(graph.scope.definitions.items())
    entries.insert(len(entries) if edit.place is None else edit.place, (name, definition))
    _stand(graph, dict(entries))
    try:
        _fill(definition, edit.blueprint)
        _check(graph, definition)
    except GraphError:
        del entries[entries.index((name, definition))]
        _stand(graph, dict(entries))
        raise
    definition.body.hold(graph, name)
    _refresh(graph)
    return e.Undefine(name)


def define_all(graph: Graph, blueprints: Iterable[Blueprint]) -> None:
    """Define what may contain each other, in any order, in a graph without nodes; raises alike."""
    waiting = {blueprint.name: blueprint for blueprint in blueprints}
    for name, blueprint in waiting.items():
        check_name(graph, name)
        definition = Definition(name, blueprint.interface, graph.inner())
        definition.body.hold(graph, name)
        graph.scope.definitions[name] = definition
    for name in inner_first(waiting):
        try:
            _fill(graph.scope.definitions[name], waiting[name])
            check_interface(graph.scope.definitions[name])
        except GraphError as error:
            error.inside = name
            raise
    graph.scope.forget()
    check_nesting(graph)
    for definition in graph.scope.definitions.values():
        _check_settings(graph, definition)


def _stand(graph: Graph, definitions: Mapping[str, Definition]) -> None:
    """Make these the definitions, in their order."""
    graph.scope.definitions.clear()
    graph.scope.definitions.update(definitions)
    _refresh(graph)


def _fill(definition: Definition, blueprint: Blueprint) -> None:
    """Draw a blueprint's nodes and edges into an empty body."""
    body = definition.body
    for node in blueprint.nodes:
        body.change(e.AddNode(node))
    for edge in blueprint.edges:
        body.draw(edge)
    body.order()  # raises where a cycle stands
    resolve = body.resolve
    definition.interface = mapped(definition.interface, resolve)


def check_name(graph: Graph, name: str) -> None:
    """Raise `BadDefinition` unless a new definition can have that name."""
    if not name or len(name) > MAX_NAME or bad_character(name):
        found, expected = repr(name[:60]), f"1 to {MAX_NAME} plain characters"
        raise BadDefinition(node="definition", found=found, expected=expected)
    if name in graph.scope:
        what = "definition" if name in graph.scope.definitions else "module"
        found, mend = f"another {what} of that name", "Give it another name."
        raise BadDefinition(node=name, found=found, expected="a name of its own", mend=mend)
    if is_wanted(graph, name):
        found, mend = "nodes of an unknown module of that name", "Give it another name."
        raise BadDefinition(node=name, found=found, expected="a name of its own", mend=mend)


def undefine(graph: Graph, edit: e.Undefine) -> e.Edit:
    """Remove a definition without instances."""
    definition = _need(graph, edit.name)
    users = [id_ for _, id_ in graph.scope.users(graph, [edit.name])]
    if users:
        found = f"{len(users)} nodes made of it, first {users[0]}"
        mend = "Remove or ungroup them first."
        raise BadDefinition(node=edit.name, found=found, expected="none", mend=mend)
    place = list(graph.scope.definitions).index(edit.name)
    del graph.scope.definitions[edit.name]
    graph.scope.forget()
    return e.Define(definition.blueprint(), place)


def set_interface(graph: Graph, edit: e.SetInterface) -> e.Edit:
    """Set ports, attributes and texts.

    Raises `PortOccupied` where an edge would dangle, and `BadDefinition` where a definition that
    contains this one shows what goes, or takes no such setting.
    """
    definition = _need(graph, edit.name)
    before = definition.interface
    _refuse_dangling(graph, definition, edit.interface)
    definition.interface = edit.interface
    _refresh(graph)
    try:
        for name in containing(graph, edit.name):
            _check(graph, graph.scope.definitions[name])
    except GraphError:
        definition.interface = before
        raise
    finally:  # what was made for the checks is of a definition in between
        _refresh(graph)
    return e.SetInterface(edit.name, before)


def rename_port(graph: Graph, edit: e.RenamePort) -> e.Edit:
    """Give a port another name, at the definition and at all its instances."""
    port_names.rename_port(graph, _need(graph, edit.definition), edit.old, edit.new)
    _refresh(graph)
    return e.RenamePort(edit.definition, edit.new, edit.old)


def rename_definition(graph: Graph, edit: e.RenameDefinition) -> e.Edit:
    """Give a definition another name; its instances become of that module."""
    definition = _need(graph, edit.old)
    if edit.new != edit.old:
        check_name(graph, edit.new)
    users = list(graph.scope.users(graph, [edit.old]))
    definition.name = edit.new
    _stand(graph, {known.name: known for known in graph.scope.definitions.values()})
    for holder, id_ in users:
        holder.store.replace_node(replace(holder.store.node(id_), module=edit.new))
    definition.body.hold(graph, edit.new)
    _refresh(graph)
    return e.RenameDefinition(edit.new, edit.old)


def within(graph: Graph, edit: e.Within) -> e.Edit:
    """Apply an edit to a definition's inside.

    What stands outside follows: links of ports and kept tensors after a renamed node; ports,
    their edges and tensors go with a node that goes.
    """
    definition = _need(graph, edit.name)
    if _only_places(edit.edit):
        return e.Within(edit.name, definition.body.change(edit.edit))
    moved = renamed(graph, edit.name, edit.edit, graph.tensors)
    target, name_after = _target_after(graph, edit), _names_after(graph, edit)
    undo: list[e.Edit] = [e.Within(edit.name, definition.body.change(edit.edit))]
    try:
        graph.scope.forget()
        check_nesting(graph)
        followed = mapped(definition.interface, lambda ref: renamed_inside(edit.edit, ref))
        definition.interface = followed
        graph.store.fields["target"] = target
        graph.store.name_after(name_after)
        for old in moved:
            tensor = graph.store.pop_tensor(old)
            assert tensor is not None
            graph.store.put_tensor(moved[old], tensor)
        _refresh(graph)
        around = containing(graph, edit.name)
        for name in around:
            undo += _settled(graph, graph.scope.definitions[name])
        undo += _let_go(graph, [port for port in graph.tensors if "/" in port.node])
        for name in around:
            _check(graph, graph.scope.definitions[name])
    except GraphError:
        for part in undo:
            graph.change(part)
        raise
    return undo[0] if len(undo) == 1 else e.Batch(tuple(undo))


def _target_after(graph: Graph, edit: e.Within) -> str | None:
    """The target as it is called once inner nodes have their new ids."""
    if graph.target is None:
        return None
    node, dot, port = graph.target.partition(".")
    ref = PortRef(node, port)
    return renamed(graph, edit.name, edit.edit, [ref]).get(ref, ref).node + dot + port


def _names_after(graph: Graph, edit: e.Within) -> Callable[[str], str]:
    """What marks and training call nodes once inner ones have their new ids."""
    refs = {at: PortRef(at, "") for at in (*graph.marks.nodes(), *graph.training.nodes())}
    after = renamed(graph, edit.name, edit.edit, refs.values())
    return lambda at: after.get(refs[at], refs[at]).node


def _let_go(graph: Graph, ports: Iterable[PortRef]) -> list[e.Edit]:
    """Let tensors go that nothing keeps there any more; returns the inverses."""
    gone = [port for port in ports if not keeps(graph, port)]
    return [e.SetTensor(port, graph.store.pop_tensor(port)) for port in gone]


def set_module(graph: Graph, edit: e.SetModule) -> e.Edit:
    """Make a node one of another module that has all ports which are wired.

    Tensors that the new module does not keep go.
    """
    if edit.id not in graph:
        raise BadDefinition(node=edit.id, found="no such node", expected="a node of the graph")
    node = graph.nodes[edit.id]
    attributes = node.attributes if edit.attributes is None else edit.attributes
    changed = replace(node, module=edit.module, attributes=attributes)
    if edit.module not in graph.catalogue:
        mend = did_you_mean(edit.module, graph.catalogue.names())
        found = f'module "{edit.module}"'
        expected = "a module of the catalogue"
        raise BadDefinition(node=edit.id, found=found, expected=expected, mend=mend)
    module = graph.make_module(changed)
    if module is not None:
        wiring.check_ports_stay(graph, edit.id, set(_port_names(module)))
    graph.store.replace_node(changed)
    graph.drop_module(edit.id)
    graph.types.forget(edit.id)
    own = None if edit.attributes is None else node.attributes
    back = e.SetModule(edit.id, node.module, own)
    tensors = _let_go(graph, [port for port, _ in graph.store.tensors_of(edit.id)])
    return e.Batch((back, *tensors)) if tensors else back


def set_shares(graph: Graph, edit: e.SetShares) -> e.Edit:
    """Tie or untie an instance; whether the owner fits is for the check to say."""
    if edit.id not in graph:
        raise BadDefinition(node=edit.id, found="no such node", expected="a node of the graph")
    if edit.owner is not None:
        check_id(edit.owner)
    node = graph.nodes[edit.id]
    extra = {key: value for key, value in node.extra.items() if key != "shares"}
    if edit.owner is not None:
        extra = {"shares": edit.owner, **extra}
    graph.store.replace_node(replace(node, extra=extra))
    return e.SetShares(edit.id, node.extra.get("shares"))


def _check(graph: Graph, definition: Definition) -> None:
    """Raise unless the definition can be as it is now."""
    graph.scope.forget()
    check_interface(definition)
    check_nesting(graph)
    _check_settings(graph, definition)


def _check_settings(graph: Graph, definition: Definition) -> None:
    """Raise unless the inner attributes of each setting take its value, in all instances too."""
    kind = graph.scope.get(definition.name)
    assert kind is not None
    try:
        plain(kind)
    except GraphError as error:
        raise BadDefinition(
            node=definition.name, port=error.port, found=error.found, expected=error.expected
        ) from None
    for holder, id_ in graph.scope.users(graph, [definition.name]):
        if holder.nodes[id_].attributes:
            holder.make_module(holder.nodes[id_])


def _settled(graph: Graph, definition: Definition) -> list[e.Edit]:
    """Let what stands for nothing inside go, with its edges and settings; returns the inverses.

    They are in the order in which they bring all back.
    """
    followed, pruned = definition.interface, pruned_interface(definition)
    if pruned == followed:
        return []
    users = list(graph.scope.users(graph, [definition.name]))
    ports = set(followed.ports) - set(pruned.ports)
    names = {x.name for x in followed.attributes} - {x.name for x in pruned.attributes}
    cuts: dict[tuple[str, PortRef], tuple[Graph, e.Edit]] = {}
    resets: list[tuple[Graph, e.Edit]] = []
    for holder, id_ in users:
        for edge in holder.store.edges_at(id_):
            if edge.ends_at(id_) & ports:
                cuts[_name_of(holder), edge.target] = holder, e.Disconnect(edge.target)
        node = holder.store.node(id_)
        lost = {name: e.RESET for name in node.attributes if name in names}
        if lost:
            kept = {key: value for key, value in node.attributes.items() if key not in lost}
            holder.make_module(replace(node, attributes=kept))  # raises before anything changes
            resets.append((holder, e.SetAttributes(id_, lost)))
    back: list[e.Edit] = []
    for holder, edit in (*cuts.values(), *resets):
        inverse = holder.change(edit)
        back.append(e.Within(_name_of(holder), inverse) if holder.holder else inverse)
    definition.interface = pruned
    _refresh(graph)
    back.append(e.SetInterface(definition.name, followed))
    return back[::-1]


def _name_of(inside: Graph) -> str:
    return inside.holder.name if inside.holder else ""


def _refuse_dangling(graph: Graph, definition: Definition, interface: Interface) -> None:
    """Raise where an edge, or what an outer definition shows, stands for a port that goes."""
    before = definition.interface
    gone = set(before.ports) - set(interface.ports)
    settings = {x.name for x in before.attributes} - {x.name for x in interface.attributes}
    for holder, id_ in graph.scope.users(graph, [definition.name]) if gone | settings else ():
        module = holder.module(id_)
        if module is not None and gone:
            wiring.check_ports_stay(holder, id_, set(_port_names(module)) - gone)
        if holder.holder is not None:
            outer = graph.scope.definitions[holder.holder.name]
            refuse_shown(outer, {PortRef(id_, name) for name in gone | settings})


def _port_names(module: Module) -> list[str]:
    return [port.name for port in (*module.wired_ports, *module.output_ports)]


def _only_places(edit: e.Edit) -> bool:
    if isinstance(edit, e.Batch):
        return all(map(_only_places, edit.edits))
    return isinstance(edit, e.Move)


def _refresh(graph: Graph) -> None:
    """Forget what was known of instances: modules and types, here and inside definitions."""
    graph.scope.forget()
    for inside in (graph, *graph.scope.bodies()):
        for node in inside.store.nodes.values():
            if node.module in graph.scope.definitions:
                inside.types.forget(node.id)
                inside.drop_module(node.id)


def _need(graph: Graph, name: str) -> Definition:
    definition = graph.scope.definitions.get(name)
    if definition is None:
        mend = did_you_mean(name, graph.scope.definitions)
        found, expected = "no such definition", "a definition of the graph"
        raise BadDefinition(node=name, found=found, expected=expected, mend=mend)
    return definition


APPLY: Mapping[type[e.Edit], Callable[[Graph, Any], e.Edit]] = {
    e.Define: define,
    e.Undefine: undefine,
    e.SetInterface: set_interface,
    e.RenameDefinition: rename_definition,
    e.RenamePort: rename_port,
    e.Within: within,
    e.SetModule: set_module,
    e.SetShares: set_shares,
}
