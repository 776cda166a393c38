"""What a page shows of sound and film: how loud it is over time, and pictures from along its way.

Like inspection, this runs parsers on foreign bytes: call it in a child process with limits.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shicheng.formats.errors import CannotRender, reasons_named
from shicheng.kernel.messages import message as _

PEAKS = 600
_MOST_SECONDS = 24 * 3600
_WINDOW = 160  # bytes of a hundredth of a second: eight thousand samples a second of two bytes
# Containers that hold their own sound and picture. Playlists are left out: they make FFmpeg open other files.
CONTAINERS = (
    "aac,ac3,aiff,amr,amrnb,amrwb,ape,asf,au,avi,caf,dv,eac3,flac,flv,gxf,h264,hevc,ivf,m4v,matroska,webm,mov,mp4,"
    "m4a,3gp,3g2,mj2,mp3,mpeg,mpegts,mpegvideo,mxf,nut,oga,ogg,ogv,opus,rm,wav,w64,wv,xwma"
)
OPTIONS = {"format_whitelist": CONTAINERS, "protocol_whitelist": "file"}


def peaks(path: Path) -> tuple[float, list[float]]:
    """Measure the seconds of a recording and the loudest point of each of `PEAKS` equal parts, from 0 to 1.

    One pass in little memory. Raises `CannotRender`.
    """
    import av

    heights: list[int] = []  # one for each hundredth of a second
    with _opened(path) as container:
        if not container.streams.audio:
            raise CannotRender(_("The recording %(name)s has no sound.", name=path.name))
        resampler = av.AudioResampler(format="s16", layout="mono", rate=8000)
        rest = b""
        for frame in container.decode(container.streams.audio[0]):
            for part in resampler.resample(frame):
                content = rest + bytes(part.planes[0])[: part.samples * 2]
                rest = content[len(content) // _WINDOW * _WINDOW :]
                samples = memoryview(content[: len(content) - len(rest)]).cast("h")
                for start in range(0, len(samples), _WINDOW // 2):
                    window = samples[start : start + _WINDOW // 2]
                    heights.append(max(max(window), -min(window)))
            if len(heights) > _MOST_SECONDS * 100:
                break
    if not heights:
        return 0.0, [0.0]
    count = min(PEAKS, len(heights))
    edges = [len(heights) * number // count for number in range(count + 1)]
    found = [min(max(heights[edges[n] : edges[n + 1]]) / 32767, 1.0) for n in range(count)]
    return len(heights) / 100, [round(value, 3) for value in found]


def wave_path(heights: list[float], width: int, height: int) -> str:
    """Return the path of an SVG that draws peaks as upright strokes around the middle."""
    step, middle = width / len(heights), height / 2
    return "".join(
        f"M{number * step:.1f} {middle - one * middle:.1f}V{middle + max(one * middle, 0.5):.1f}"
        for number, one in enumerate(heights)
    )


def frames(path: Path, *, count: int = 12, width: int = 240) -> list[tuple[float, bytes]]:
    """Draw `count` pictures from along a film as JPEG, each with its second; fewer where it is short.

    Raises `CannotRender`.
    """
    found: list[tuple[float, bytes]] = []
    with _opened(path) as container:
        if not container.streams.video:
            raise CannotRender(_("The recording %(name)s has no picture.", name=path.name))
        stream = container.streams.video[0]
        stream.codec_context.skip_frame = "NONKEY"
        length = (container.duration or 0) / 1_000_000
        first = (container.start_time or 0) / 1_000_000
        for number in range(count):
            at = length * (number + 0.5) / count
            if number or at > 1:
                container.seek(int((first + at) * 1_000_000), backward=True)
            frame = next(iter(container.decode(stream)), None)
            if frame is None:
                continue
            second = max(0.0, float(frame.time or 0.0) - first)
            if found and second <= found[-1][0]:
                continue
            picture = frame.to_image()
            picture.thumbnail((width, width * 2))
            out = io.BytesIO()
            picture.save(out, "JPEG", quality=80)
            found.append((round(second, 2), out.getvalue()))
    if not found:
        raise CannotRender(_("The recording %(name)s has no picture.", name=path.name))
    return found


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a recording, turning whatever a parser raises into one error that names the file."""
    import av

    with reasons_named(path), av.open(str(path), options=OPTIONS, metadata_errors="replace") as container:
        yield container
