"""Programs of others that turn a file into one a browser shows: where they are, and how they are called."""

from __future__ import annotations

import shutil
from pathlib import Path

from shicheng.formats.recordings import CONTAINERS

_WIDEST = 1280
# A profile for LibreOffice that runs no macros and fetches nothing that a document only points to.
_OFFICE_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop>
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop>
<prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>1</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def find_office() -> str | None:
    """Where LibreOffice is, None if it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def find_ffmpeg() -> str | None:
    """Where FFmpeg is, None if it is not installed."""
    return shutil.which("ffmpeg")


def office_command(program: str, source: Path, folder: Path) -> list[str]:
    """The call that writes `source` as PDF into `folder`, with a profile of its own so that calls do not meet."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_OFFICE_PROFILE, "utf-8")
    return [
        program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--nolockcheck",
        "--convert-to", "pdf", "--outdir", str(folder), str(source),
    ]  # fmt: skip


def film_command(program: str, source: Path, target: Path) -> list[str]:
    """The call that writes a film as MP4 (H.264, AAC), or a recording without picture as AAC in MP4."""
    even = f"trunc(min({_WIDEST}\\,iw)/2)*2"
    return [
        *_ffmpeg(program, source), "-map", "0:v:0?", "-map", "0:a:0?",
        "-vf", f"yadif=deint=interlaced,scale=w={even}:h=-2,format=yuv420p",
        "-c:v", "libx264", "-preset", "veryfast", "-crf", "26", *_sound(), "-threads", "1",
        "-f", "mp4", "-y", str(target),
    ]  # fmt: skip


def sound_command(program: str, source: Path, target: Path) -> list[str]:
    """The call that writes the sound of a recording as AAC in MP4."""
    return [*_ffmpeg(program, source), "-vn", "-map", "0:a:0", *_sound(), "-f", "mp4", "-y", str(target)]


def _ffmpeg(program: str, source: Path) -> list[str]:
    return [
        program, "-nostdin", "-hide_banner", "-loglevel", "error", "-nostats",
        "-protocol_whitelist", "file", "-format_whitelist", CONTAINERS, "-i", f"file:{source}",
    ]  # fmt: skip


def _sound() -> list[str]:
    return ["-c:a", "aac", "-b:a", "96k", "-ac", "2", "-map_metadata", "-1", "-sn", "-dn", "-movflags", "+faststart"]
