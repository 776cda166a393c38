"""Pictures in an OFD: checked, and made into PNG or JPEG where browsers do not know the codec."""

from __future__ import annotations

import base64
import io
import struct
import warnings

import pypdfium2
from PIL import Image

from shicheng.formats.ofd.errors import UnreadableOfd
from shicheng.kernel.messages import message as _

_MOST_PIXELS = 120_000_000
_JBIG2 = b"\x97JB2\r\n\x1a\n"
_SHOWN_AS_IS = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def open_picture(content: bytes, name: str) -> Image.Image:
    """Decode a whole picture; raises `UnreadableOfd` when it is damaged, too large or of an unknown codec."""
    try:
        if content.startswith(_JBIG2):
            return _open_jbig2(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(io.BytesIO(content))
            if picture.width * picture.height > _MOST_PIXELS:
                raise ValueError("too many pixels")
            picture.load()
    except UnreadableOfd:
        raise
    except Exception as error:  # decoders raise whatever they like on damaged bytes
        raise UnreadableOfd(
            _("The picture %(part)s of the OFD can't be decoded: %(reason)s.", part=name, reason=str(error)[:200])
        ) from error
    return picture


def data_uri(content: bytes, name: str, mask: bytes | None = None) -> str:
    """Return a picture as a data: URI of PNG or JPEG, seen through a mask (white shows) where one is given."""
    if mask is None:
        for start, mime in _SHOWN_AS_IS.items():
            if content.startswith(start):
                return f"data:{mime};base64,{base64.b64encode(content).decode()}"
    picture = open_picture(content, name)
    if mask is not None:
        cover = open_picture(mask, name).convert("L").resize(picture.size)
        picture = picture.convert("RGBA")
        picture.putalpha(cover)
    elif picture.mode not in ("1", "L", "LA", "P", "RGB", "RGBA"):
        picture = picture.convert("RGBA" if "A" in picture.mode or "a" in picture.mode else "RGB")
    target = io.BytesIO()
    picture.save(target, "PNG")
    return f"data:image/png;base64,{base64.b64encode(target.getvalue()).decode()}"


def _open_jbig2(content: bytes) -> Image.Image:
    """Decode JBIG2 by way of a PDF of one page that holds it (Pillow knows no JBIG2, pdfium does)."""
    flags = content[8]
    body = content[9 if flags & 2 else 13 :]
    if not flags & 1:
        raise ValueError("JBIG2 in random-access order")
    # The segments of page 0 are global ones; pdfium takes them from the same stream. End markers are not allowed in it.
    number = body.find(b"\x30\x00\x01")
    if number < 0 or len(body) < number + 15:
        raise ValueError("JBIG2 without page information")
    width, height = struct.unpack(">II", body[number + 7 : number + 15])
    if not 0 < width * height <= _MOST_PIXELS or height == 0xFFFFFFFF:
        raise ValueError("size of the JBIG2 page")
    document = pypdfium2.PdfDocument(_pdf_around(body, width, height))
    try:
        picture: Image.Image = document[0].render(scale=1).to_pil().convert("L")
    finally:
        document.close()
    return picture


def _pdf_around(stream: bytes, width: int, height: int) -> bytes:
    show = f"q {width} 0 0 {height} 0 0 cm /I Do Q".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>"
        % (width, height),
        b"<</Length %d>>stream\n%s\nendstream" % (len(show), show),
        f"<</Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/DeviceGray/BitsPerComponent 1"
        f"/Filter/JBIG2Decode/Length {len(stream)}>>stream\n".encode()
        + stream
        + b"\nendstream",
    ]
    written = bytearray(b"%PDF-1.5\n")
    offsets = []
    for index, content in enumerate(objects, 1):
        offsets.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (index, content)
    start = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for offset in offsets:
        written += b"%010d 00000 n \n" % offset
    written += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(written)
