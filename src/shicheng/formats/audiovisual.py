"""Sound and video by PyAV: opened, the first seconds and the last packets decoded, the container's own length kept."""

from __future__ import annotations

from typing import Any, BinaryIO

from shicheng.formats.findings import Findings, Subject
from shicheng.formats.types import FileProblemKind
from shicheng.kernel.messages import message as _

_HEAD_SECONDS = 2.0
_TAIL_SECONDS = 2.0
_MOST_FRAMES = 2000
_SHORT_SECONDS = 2.0  # a stream this much shorter than declared is cut
_SHORT_SHARE = 0.05


def look(subject: Subject, findings: Findings) -> None:
    """Check the container's outer lengths, then decode both ends of every stream."""
    import av

    findings.tool = f"PyAV {av.__version__}"
    with subject.path.open("rb") as source:
        _check_lengths(source, subject, findings)
    if findings.broken:
        return
    av.logging.set_level(av.logging.PANIC)
    try:
        with av.open(str(subject.path), metadata_errors="replace") as container:
            _describe(container, findings)
            if not container.streams.audio and not container.streams.video:
                findings.add(
                    FileProblemKind.DAMAGED, _("The file %(name)s holds neither sound nor picture.", name=subject.name)
                )
                return
            last = _decode_ends(container)
            _check_duration(subject, findings, last)
    except (av.FFmpegError, EOFError) as error:
        findings.add(
            FileProblemKind.DAMAGED,
            _(
                "The recording %(name)s can't be decoded: %(reason)s.",
                name=subject.name,
                reason=getattr(error, "strerror", "") or type(error).__name__,
            ),
        )


def _check_lengths(source: BinaryIO, subject: Subject, findings: Findings) -> None:
    """Compare what the container says of its length with what is there."""
    family = subject.identification.family
    expected = 0
    if family in ("wave", "avi", "aiff"):
        head = source.read(8)
        order: Any = "big" if family == "aiff" else "little"
        length = int.from_bytes(head[4:8], order)
        # A length of zero or of all ones was left open by a recorder, or is given elsewhere (RF64).
        expected = 0 if length in (0, 0xFFFFFFFF) else length + 8
        if family == "avi" and length:
            expected = min(expected, subject.size) if _has_later_riff(source, expected) else expected
    elif family == "iso-media":
        expected = _end_of_boxes(source, subject.size)
    if expected > subject.size:
        findings.add(
            FileProblemKind.TRUNCATED,
            _(
                "The recording %(name)s breaks off: %(missing)s bytes are missing at its end.",
                name=subject.name,
                missing=expected - subject.size,
            ),
        )


def _has_later_riff(source: BinaryIO, at: int) -> bool:
    source.seek(at)
    return source.read(4) == b"RIFF"


def _end_of_boxes(source: BinaryIO, size: int) -> int:
    """Walk the top-level boxes of an ISO media file (ISO 14496-12, 4.2) and return where the last one ends."""
    at = 0
    for _count in range(100_000):
        source.seek(at)
        head = source.read(16)
        if len(head) < 8:
            return at + 8 if head and any(head) else at
        length = int.from_bytes(head[:4], "big")
        if length == 0:  # to the end of the file
            return size
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length < 8:
            return at
        at += length
        if at >= size:
            return at
    return at


def _describe(container: Any, findings: Findings) -> None:
    technical = findings.technical
    technical["format"] = container.format.name
    if container.duration:
        technical["duration"] = round(container.duration / 1_000_000, 3)  # seconds
    if container.bit_rate:
        technical["bit_rate"] = container.bit_rate
    for stream in container.streams.video[:1]:
        codec = stream.codec_context
        technical.update({"video_codec": codec.name, "width": codec.width, "height": codec.height})
        if stream.average_rate:
            technical["frame_rate"] = round(float(stream.average_rate), 3)
    for stream in container.streams.audio[:1]:
        codec = stream.codec_context
        technical.update({"audio_codec": codec.name, "sample_rate": codec.sample_rate, "channels": codec.channels})


def _decode_ends(container: Any) -> dict[int, float]:
    """Decode the start, jump near the end, decode the rest; return the last second met in each stream."""
    last: dict[int, float] = {}
    streams = [*container.streams.video[:1], *container.streams.audio[:1]]
    _decode(container, streams, last, until=_HEAD_SECONDS)
    duration = (container.duration or 0) / 1_000_000
    if duration > _HEAD_SECONDS + _TAIL_SECONDS:
        start = (container.start_time or 0) / 1_000_000
        container.seek(int((start + duration - _TAIL_SECONDS) * 1_000_000), backward=True)
        _decode(container, streams, last, until=None)
    return last


def _decode(container: Any, streams: list[Any], last: dict[int, float], *, until: float | None) -> None:
    frames = 0
    for packet in container.demux(*streams):
        for frame in packet.decode():
            frames += 1
            if frame.time is not None:
                length = frame.samples / frame.sample_rate if hasattr(frame, "samples") and frame.sample_rate else 0.0
                last[packet.stream.index] = max(last.get(packet.stream.index, 0.0), frame.time + length)
        reached = until is not None and len(last) == len(streams) and min(last.values()) >= until
        if reached or frames >= _MOST_FRAMES:
            return


def _check_duration(subject: Subject, findings: Findings, last: dict[int, float]) -> None:
    if not last:
        findings.add(
            FileProblemKind.DAMAGED, _("Not one frame of the recording %(name)s could be decoded.", name=subject.name)
        )
        return
    declared = findings.technical.get("duration", 0.0)
    short = declared - max(last.values())
    if subject.identification.family in ("flac", "matroska") and short > max(_SHORT_SECONDS, declared * _SHORT_SHARE):
        findings.add(
            FileProblemKind.TRUNCATED,
            _(
                "The recording %(name)s says it lasts %(declared)s seconds but ends %(short)s seconds earlier.",
                name=subject.name,
                declared=round(declared, 1),
                short=round(short, 1),
            ),
        )
