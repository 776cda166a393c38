"""The way of a transfer, as a table."""

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
