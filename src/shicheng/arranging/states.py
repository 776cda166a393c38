"""The ways of files that come into the pool, of an item in it, and of a filing, as tables."""

from shicheng.kernel.states import Machine, Move

BATCH = Machine(
    "batch of files",
    start="arriving",
    moves=[
        Move("keep", ["arriving", "failed"], "here", permission="arranging.pool.collect"),
        Move("fail", "arriving", "failed"),
        Move("clear", ["here", "failed"], "cleared"),
    ],
)

ITEM = Machine(
    "item of the pool",
    start="open",
    moves=[
        Move("file", "open", "filing", permission="arranging.pool.file"),
        Move("close", "filing", "closed"),
        # The transfer was returned, or held this item back.
        Move("give_back", "filing", "open"),
    ],
)

FILING = Machine(
    "filing",
    start="begun",
    moves=[
        Move("send", "begun", "sent", permission="arranging.pool.file"),
        Move("fail", "begun", "failed"),
        Move("again", "failed", "begun", permission="arranging.pool.file"),
        Move("give_up", ["begun", "failed"], "given_up", permission="arranging.pool.file"),
        Move("finish", "sent", "filed"),
        Move("give_back", "sent", "returned"),
    ],
)
