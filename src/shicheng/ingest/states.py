"""The ways of a transfer, of an upload and of a batch in the watched folder, as tables."""

from shicheng.kernel.states import Machine, Move

TRANSFER = Machine(
    "transfer",
    start="announced",
    moves=[
        Move("receive", "announced", "received", permission="ingest.transfer.receive"),
        Move("withdraw", "announced", "withdrawn", permission="ingest.transfer.receive"),
        Move("check", ["received", "checked", "failed"], "checking", permission="ingest.transfer.check"),
        Move("pass", "checking", "checked", permission="ingest.transfer.check"),
        Move("fail", "checking", "failed", permission="ingest.transfer.check"),
        Move("accept", "checked", "accepted", permission="ingest.transfer.accept"),
        Move("accept_passing", "failed", "partly_accepted", permission="ingest.transfer.accept", needs_reason=True),
        Move("return", ["checked", "failed"], "returned", permission="ingest.transfer.return", needs_reason=True),
        Move("store", ["accepted", "partly_accepted"], "stored", permission="ingest.transfer.accept"),
        # The same number again, with the mended batch or the part that was held back.
        Move("resubmit", ["returned", "failed", "stored"], "announced", permission="ingest.transfer.receive"),
    ],
)

UPLOAD = Machine(
    "upload",
    start="open",
    moves=[
        Move("finish", "open", "sent", permission="ingest.transfer.receive"),
        Move("take", "sent", "taken", permission="ingest.transfer.receive"),
        # What was sent can't be taken in: the transfer was given up.
        Move("drop", ["open", "sent"], "removed", permission="ingest.transfer.receive"),
        Move("expire", "open", "expired"),
    ],
)

WATCHED = Machine(
    "watched batch",
    start="growing",
    moves=[
        Move("take", ["growing", "troubled"], "taking"),
        Move("keep", "taking", "taken"),
        Move("trouble", ["growing", "taking"], "troubled"),
        # It changed while it was read, or after it could not be taken in.
        Move("grow", ["taking", "troubled", "taken"], "growing"),
    ],
)
