"""Fills the archive that SHICHENG_HOME names with an opened record of files to look at: `python -m builders.viewing`.

Run in a process of its own, beside a server of that archive; prints the record's id.
"""

from __future__ import annotations

import io
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shicheng.settings.django")

import django

django.setup()

from PIL import Image  # noqa: E402  # models are there only now
from reportlab.pdfbase import pdfmetrics  # noqa: E402
from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # noqa: E402
from reportlab.pdfgen.canvas import Canvas  # noqa: E402

from builders.recordings import loudening  # noqa: E402
from builders.shelves import shelve  # noqa: E402


def regulation(pages: int = 9) -> bytes:
    """Return a PDF in Chinese whose type is not inside, so that its character maps are needed."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    canvas = Canvas(out)
    for page in range(1, pages + 1):
        canvas.setFont("STSong-Light", 14)
        canvas.drawString(80, 760, f"澜城县养犬管理条例 第{page}页")
        if page == 6:
            canvas.drawString(80, 400, "违反本条例的，由公安机关责令改正。")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def main() -> None:
    """Put the record there."""
    plan = io.BytesIO()
    Image.radial_gradient("L").resize((4000, 3000)).save(plan, "TIFF", compression="tiff_lzw")
    item = shelve(
        "L012-WS·2017-Y-FGW-0242",
        files=[
            ("条例.pdf", "application/pdf", regulation(), "澜城县养犬管理条例 违反本条例的，由公安机关责令改正。"),
            ("规划图.tif", "image/tiff", plan.getvalue(), None),
            ("讲话.wav", "audio/x-wav", loudening(), None),
        ],
    )
    sys.stdout.write(str(item.pk))


if __name__ == "__main__":
    main()
