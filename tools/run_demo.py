"""`make run`: an archive with an invented office's records, served on this machine.

Every step leaves a mark when it is done, so that a run that was killed goes on where it stopped and a second run
starts at once.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
from pathlib import Path

TOOLS = Path(__file__).resolve().parent
NAME = "澜城县档案馆"
# The first is who takes the transfers in; the others are the three administrators (三员), who hold no other role.
PEOPLE = (
    ("demo", "沈怀谷", "archivist", "档案员", "Archivist"),
    ("system", "白守一", "system_administrator", "系统管理员", "System administrator"),
    ("security", "严慎之", "security_administrator", "安全保密员", "Security administrator"),
    ("auditor", "钟明远", "auditor", "安全审计员", "Auditor"),
)
# Made with the desk (demo/desk.py), because their grants reach one fonds or one unit only.
OTHERS = (
    ("leader", "主管领导", "Leader of the standing committee"),
    ("clerk", "兼职档案员（办公室）", "Filing clerk of the office"),
    ("clerk2", "兼职档案员（代表人事委）", "Filing clerk of the deputies' committee"),
)
FURNITURE = "2"  # raised when there is more of it, so that an older demo gets it too
PORT = 8321
# The same rule as the commands follow: Chinese unless the terminal asks for English.
ENGLISH = next((v for n in ("LC_ALL", "LC_MESSAGES", "LANG") if (v := os.environ.get(n, ""))), "").startswith("en")


def say(chinese: str, english: str) -> None:
    """Print a line in the language of the terminal."""
    print(english if ENGLISH else chinese, flush=True)


def shicheng(*arguments: str, home: Path, wanted: tuple[int, ...] = (0,)) -> dict[str, object]:
    """Run a command of the archive and return what it printed as JSON; ends the program if it failed."""
    command = [sys.executable, "-m", "shicheng.cli", *arguments, "--home", str(home), "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    try:
        printed = json.loads(done.stdout or "{}")
    except json.JSONDecodeError:
        printed = {}
    if done.returncode not in wanted:
        say("演示没有建成，出错的命令是：", "The demo could not be made; this command failed:")
        print("  " + " ".join(["shicheng", *arguments, "--home", str(home)]), done.stdout, file=sys.stderr, sep="\n")
        sys.exit(done.returncode or 1)
    return dict(printed)


class Steps:
    """Marks of what is done, as empty files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def done(self, name: str) -> bool:
        """Tell whether a step is done."""
        return (self.folder / name).exists()

    def mark(self, name: str, text: str = "") -> None:
        """Remember that a step is done, with a word about it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text, "utf-8")

    def text(self, name: str) -> str:
        """Return what was said of a step."""
        return (self.folder / name).read_text("utf-8") if self.done(name) else ""


def sign_in(home: Path) -> tuple[Path, str]:
    """Return the file that keeps the demo's password, and the password; made once, readable by its owner."""
    path = home / "demo-sign-in.txt"
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.touch(mode=0o600)
        part.write_text(secrets.token_urlsafe(9) + "-aA1\n", "utf-8")
        part.replace(path)
    return path, path.read_text("utf-8").strip()


def build(home: Path, steps: Steps) -> None:
    """Make the archive, its user and the batches, and take them in by the same commands an archivist uses."""
    say(f"正在 {home} 中建立演示档案馆（一两分钟）……", f"Making a demo archive in {home} (a minute or two) …")
    path, _password = sign_in(home)
    shicheng("init", "--name", NAME, home=home)
    make_people(home, steps, path)
    sys.path.insert(0, str(TOOLS))
    from demo.batches import FAULTY, write_batches

    say("正在生成虚构机关的移交批次……", "Writing the transfers of an invented office …")
    for folder in write_batches(home / "handed-over"):
        if steps.done(folder.name):
            continue
        say(f"正在接收：{folder.name}", f"Taking in: {folder.name}")
        outcome = shicheng("ingest", str(folder), home=home, wanted=(0, 1))
        if folder.name != FAULTY and outcome.get("state") != "stored":
            sys.exit(json.dumps(outcome, ensure_ascii=False))
        steps.mark(folder.name)
    furnish_desk(home, steps)
    steps.mark("ready", tables())


def furnish_desk(home: Path, steps: Steps) -> None:
    """Give the desk filing units, tables, a pool, motions, volumes and boxes, by the services its pages call."""
    if steps.text("desk") == FURNITURE:
        return
    say("正在布置工作台：归档单位、归档范围表、预归档库、议案建议……",
        "Furnishing the desk: filing units, tables, the pool, motions …")  # fmt: skip
    done = subprocess.run([sys.executable, str(TOOLS / "demo" / "desk.py"), str(home)], check=False)
    if done.returncode:
        sys.exit(done.returncode)
    steps.mark("desk", FURNITURE)


def make_people(home: Path, steps: Steps, password: Path) -> None:
    """Make the accounts that are missing, all with the same password."""
    for name, full_name, role, _chinese, _english in PEOPLE:
        if steps.done(f"user-{name}"):
            continue
        made = shicheng("add-user", name, "--full-name", full_name, "--role", role, "--password-file", str(password),
                        home=home, wanted=(0, 1, 2))  # fmt: skip
        if "username" not in made and not _is_taken(made):
            sys.exit(f"{made.get('message', made)}")
        steps.mark(f"user-{name}")


def _is_taken(answer: dict[str, object]) -> bool:
    """Tell whether the account is there already: made by a run that was killed before it could say so."""
    return answer.get("error") == "people.account.bad"


def tables() -> str:
    """Return the names of all changes to the tables there are, so that an old demo is brought up to date by itself."""
    source = TOOLS.parent / "src" / "shicheng"
    return "".join(sorted(f"{path.parent.parent.name}/{path.stem}\n" for path in source.glob("*/migrations/0*.py")))


def free_port(wanted: int) -> int:
    """Return the first port from `wanted` on that nobody listens on."""
    for port in range(wanted, wanted + 50):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    return wanted


def main(arguments: list[str]) -> None:
    """Build what is missing, say where to look, and become the server."""
    home = Path(arguments[0] if arguments else ".demo").absolute()
    steps = Steps(home / "steps")
    if not steps.done("ready"):
        build(home, steps)
    elif steps.text("ready") != tables():
        say("正在更新演示档案馆……", "Bringing the demo archive up to date …")
        shicheng("init", home=home)
        make_people(home, steps, sign_in(home)[0])
        steps.mark("ready", tables())
    furnish_desk(home, steps)
    if "--build-only" in arguments:
        return
    port = free_port(PORT)
    _path, password = sign_in(home)
    print()
    print(f"  公众查档 Public search:  http://127.0.0.1:{port}/")
    print(f"  工作台   Desk:           http://127.0.0.1:{port}/desk/")
    for name, _full_name, _role, chinese, english in PEOPLE:
        print(f"  用户     User:           {name:<9} {english if ENGLISH else chinese}")
    for name, chinese, english in OTHERS:
        print(f"  用户     User:           {name:<9} {english if ENGLISH else chinese}")
    print(f"  口令     Password:       {password}")
    print()
    sys.stdout.flush()
    os.execv(
        sys.executable,
        [sys.executable, "-m", "shicheng.cli", "serve", "--home", str(home), "--port", str(port)],
    )


if __name__ == "__main__":
    main(sys.argv[1:])
