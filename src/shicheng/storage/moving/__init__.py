"""Carrying a whole archive to another database and another store, with every digest compared on both sides.

The folder of the archive stays; what it names, database and store, changes in one step at the end. Until then the
archive is as it was, and a move that was cut off goes on where it stopped:

    plan      what will be carried, how much, and what stands in the way
    objects   each verified where it lies, put into the new store, read back and verified there
    tables    each in the order of its key, then read back and compared by count and digest
    switch    shicheng.toml gets its new text under its old name; the old one is kept beside it
    finish    the move is logged in the archive's new place
"""

from shicheng.storage.moving.carrying import move_archive
from shicheng.storage.moving.finishing import finish_if_switched
from shicheng.storage.moving.planning import plan_move, unfinished_goal
from shicheng.storage.moving.types import MovePlan, MoveReport, Wish

__all__ = ["MovePlan", "MoveReport", "Wish", "finish_if_switched", "move_archive", "plan_move", "unfinished_goal"]
