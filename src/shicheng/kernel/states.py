"""State tables: which move leads from which state to which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _


class IllegalMove(ShichengError):
    """A move that the present state does not allow."""

    code = "kernel.states.illegal_move"
    http_status = 409


class ReasonMissing(ShichengError):
    """A move that must be explained and was not."""

    code = "kernel.states.reason_missing"
    http_status = 422


@dataclass(frozen=True, slots=True, init=False)
class Move:
    """One verb that leads from one or several states to another."""

    verb: str
    sources: tuple[str, ...]
    target: str
    permission: str | None
    needs_reason: bool
    label: Message | None

    def __init__(
        self,
        verb: str,
        source: str | Iterable[str],
        target: str,
        *,
        permission: str | None = None,
        needs_reason: bool = False,
        label: Message | None = None,
    ) -> None:
        sources = (source,) if isinstance(source, str) else tuple(source)
        for name, value in (
            ("verb", verb),
            ("sources", sources),
            ("target", target),
            ("permission", permission),
            ("needs_reason", needs_reason),
            ("label", label),
        ):
            object.__setattr__(self, name, value)


class Machine:
    """A table of moves over named states; it feeds services, buttons, diagrams and tests.

    A table that contradicts itself, or has a state nothing leads to, is refused when it is made.
    """

    def __init__(self, name: str, *, start: str, moves: Sequence[Move]) -> None:
        self.name = name
        self.start = start
        self.moves = tuple(moves)
        table: dict[tuple[str, str], Move] = {}
        states: dict[str, None] = {start: None}
        for move in self.moves:
            if not move.sources:
                raise ValueError(f"{name}: the move {move.verb!r} starts nowhere")
            for source in move.sources:
                if (source, move.verb) in table:
                    raise ValueError(f"{name}: {move.verb!r} from {source!r} is given twice")
                table[source, move.verb] = move
                states[source] = None
            states[move.target] = None
        self._table = MappingProxyType(table)
        self.states: tuple[str, ...] = tuple(states)
        self.verbs: tuple[str, ...] = tuple(dict.fromkeys(move.verb for move in self.moves))
        if lost := set(self.states) - self.reachable(start):
            raise ValueError(f"{name}: nothing leads from {start!r} to {sorted(lost)}")

    def __repr__(self) -> str:
        return f"Machine({self.name!r}, {len(self.states)} states, {len(self.moves)} moves)"

    def find_move(self, state: str, verb: str) -> Move:
        """Return the move `verb` makes from `state`; raises `IllegalMove`."""
        move = self._table.get((state, verb))
        if move is None:
            possible = ", ".join(move.verb for move in self.moves_from(state))
            raise IllegalMove(
                _(
                    "The move “%(verb)s” is not possible, because the %(machine)s is in the state “%(state)s”.",
                    verb=verb,
                    machine=self.name,
                    state=state,
                ),
                hint=_("Possible from here: %(verbs)s.", verbs=possible)
                if possible
                else _("This state is final; nothing follows it."),
            )
        return move

    def next(self, state: str, verb: str) -> str:
        """Return the state that `verb` leads to from `state`; raises `IllegalMove`."""
        return self.find_move(state, verb).target

    def follow(self, state: str, verb: str, *, reason: str = "") -> str:
        """Return the next state as `next` does, and raise `ReasonMissing` where one is needed."""
        move = self.find_move(state, verb)
        if move.needs_reason and not reason.strip():
            raise ReasonMissing(
                _("The move “%(verb)s” must be given a reason, and there is none.", verb=verb),
                hint=_("Write the reason and try again."),
            )
        return move.target

    def allows(self, state: str, verb: str) -> bool:
        """Tell whether `verb` is possible in `state`."""
        return (state, verb) in self._table

    def moves_from(self, state: str) -> tuple[Move, ...]:
        """Return the moves possible in `state`, in the order of the table."""
        return tuple(move for move in self.moves if state in move.sources)

    def is_final(self, state: str) -> bool:
        """Tell whether nothing follows `state`."""
        return not self.moves_from(state)

    @property
    def final_states(self) -> tuple[str, ...]:
        """The states nothing follows."""
        return tuple(state for state in self.states if self.is_final(state))

    def reachable(self, state: str) -> set[str]:
        """Return `state` and every state that can follow it, near or far."""
        seen, waiting = {state}, [state]
        while waiting:
            for move in self.moves_from(waiting.pop()):
                if move.target not in seen:
                    seen.add(move.target)
                    waiting.append(move.target)
        return seen

    def pairs(self) -> Iterator[tuple[str, str, Move | None]]:
        """Yield every state with every verb and the move they make, None where it is illegal.

        An exhaustive test walks this, so that no pair is forgotten.
        """
        for state in self.states:
            for verb in self.verbs:
                yield state, verb, self._table.get((state, verb))

    def diagram(self) -> str:
        """Return the table as the text of a Mermaid state diagram."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.start}"]
        lines += [f"    {source} --> {move.target}: {move.verb}" for move in self.moves for source in move.sources]
        lines += [f"    {state} --> [*]" for state in self.final_states]
        return "\n".join(lines) + "\n"
