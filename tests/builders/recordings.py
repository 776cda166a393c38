"""Small recordings of every kind, made with PyAV."""

from __future__ import annotations

import io
import math
import struct
import wave
from pathlib import Path

import av
from PIL import Image


def film(path: Path, *, codec: str = "mpeg4", seconds: int = 4, size: tuple[int, int] = (160, 120)) -> bytes:
    """Return a film whose colour changes each second, in the container that the suffix of `path` names."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=10)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = 10
        for number in range(seconds * 10):
            picture = Image.new("RGB", size, (40 * (number // 10) % 256, 80, 120))
            for packet in stream.encode(av.VideoFrame.from_image(picture)):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path.read_bytes()


def loudening(seconds: int = 2, rate: int = 8000) -> bytes:
    """Return a recording that begins in silence and ends loud."""
    total = seconds * rate
    samples = (int(32000 * (n / total) * math.sin(n * 0.35)) for n in range(total))
    stream = io.BytesIO()
    with wave.open(stream, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(b"".join(struct.pack("<h", one) for one in samples))
    return stream.getvalue()
