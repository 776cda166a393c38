"""Format families: which extensions claim which bytes, and what opens them. Data, no behaviour beyond look-ups."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """Formats that are opened in the same way and that share their file extensions."""

    name: str
    opener: str  # module that opens it, "" when nothing here can
    name_shown: str
    mime: str
    extensions: tuple[str, ...]
    zipped: bool = False


def _rows(*rows: Family) -> dict[str, Family]:
    return {row.name: row for row in rows}


_OOXML = "application/vnd.openxmlformats-officedocument"

FAMILIES = _rows(
    Family("pdf", "pdf", "Portable Document Format", "application/pdf", ("pdf",)),
    Family("ofd", "ofd", "OFD (GB/T 33190)", "application/ofd", ("ofd",), zipped=True),
    Family("ooxml-word", "office", "Word document (OOXML)", f"{_OOXML}.wordprocessingml.document",
           ("docx", "docm", "dotx", "dotm"), zipped=True),
    Family("ooxml-sheet", "office", "Excel workbook (OOXML)", f"{_OOXML}.spreadsheetml.sheet",
           ("xlsx", "xlsm", "xltx", "xltm", "xlsb"), zipped=True),
    Family("ooxml-slides", "office", "PowerPoint presentation (OOXML)", f"{_OOXML}.presentationml.presentation",
           ("pptx", "pptm", "potx", "ppsx", "ppsm"), zipped=True),
    Family("odf", "office", "OpenDocument", "application/vnd.oasis.opendocument.text",
           ("odt", "ods", "odp", "odg", "ott", "ots", "otp"), zipped=True),
    Family("epub", "archive", "EPUB", "application/epub+zip", ("epub",), zipped=True),
    Family("zip", "archive", "ZIP archive", "application/zip", ("zip", "jar", "apk", "kmz", "asice"), zipped=True),
    Family("ole-word", "ole", "Word 97-2003 document", "application/msword", ("doc", "dot")),
    Family("ole-sheet", "ole", "Excel 97-2003 workbook", "application/vnd.ms-excel", ("xls", "xlt", "xlm")),
    Family("ole-slides", "ole", "PowerPoint 97-2003 presentation", "application/vnd.ms-powerpoint",
           ("ppt", "pps", "pot")),
    Family("ole-message", "mail", "Outlook message", "application/vnd.ms-outlook", ("msg",)),
    Family("ole-encrypted", "ole", "Encrypted Office document", "application/x-ole-storage", ()),
    Family("ole", "ole", "OLE compound file", "application/x-ole-storage", ("vsd", "mpp", "pub", "db", "msi")),
    Family("rtf", "text", "Rich Text Format", "application/rtf", ("rtf",)),
    Family("text", "text", "Plain text", "text/plain", ("txt", "log", "md", "asc", "ini", "text", "tsv")),
    Family("csv", "text", "Comma separated values", "text/csv", ("csv",)),
    Family("json", "text", "JSON", "application/json", ("json", "jsonl", "geojson")),
    Family("xml", "xml", "XML", "application/xml", ("xml", "xsd", "xsl", "xslt", "kml", "gml", "dtd", "rdf", "uof")),
    Family("svg", "xml", "Scalable Vector Graphics", "image/svg+xml", ("svg",)),
    Family("html", "xml", "HTML", "text/html", ("html", "htm", "xhtml", "shtml")),
    Family("mail", "mail", "Electronic mail", "message/rfc822", ("eml", "mht", "mhtml", "mbox")),
    Family("png", "image", "PNG image", "image/png", ("png", "apng")),
    Family("jpeg", "image", "JPEG image", "image/jpeg", ("jpg", "jpeg", "jpe", "jfif")),
    Family("tiff", "image", "TIFF image", "image/tiff", ("tif", "tiff")),
    Family("bmp", "image", "Windows bitmap", "image/bmp", ("bmp", "dib")),
    Family("gif", "image", "GIF image", "image/gif", ("gif",)),
    Family("jp2", "image", "JPEG 2000 image", "image/jp2", ("jp2", "j2k", "jpx", "jpf", "j2c")),
    Family("webp", "image", "WebP image", "image/webp", ("webp",)),
    Family("avif", "image", "AVIF image", "image/avif", ("avif",)),
    Family("heif", "", "HEIF image", "image/heif", ("heic", "heif")),
    Family("pnm", "image", "Portable anymap", "image/x-portable-anymap", ("ppm", "pgm", "pbm", "pnm")),
    Family("psd", "image", "Photoshop image", "image/vnd.adobe.photoshop", ("psd",)),
    Family("tga", "image", "Targa image", "image/x-tga", ("tga",)),
    Family("pcx", "image", "PCX image", "image/vnd.zbrush.pcx", ("pcx",)),
    Family("ico", "image", "Windows icon", "image/vnd.microsoft.icon", ("ico", "cur")),
    Family("wave", "audiovisual", "Waveform audio", "audio/x-wav", ("wav", "bwf")),
    Family("avi", "audiovisual", "AVI video", "video/x-msvideo", ("avi",)),
    Family("iso-media", "audiovisual", "MPEG-4 media", "video/mp4",
           ("mp4", "m4a", "m4v", "mov", "3gp", "3g2", "qt", "f4v", "m4b")),
    Family("matroska", "audiovisual", "Matroska", "video/x-matroska", ("mkv", "mka", "webm", "mk3d")),
    Family("mpeg", "audiovisual", "MPEG video", "video/mpeg", ("mpg", "mpeg", "vob", "m2v", "mpe", "dat")),
    Family("mpeg-ts", "audiovisual", "MPEG transport stream", "video/mp2t", ("ts", "m2ts", "mts")),
    Family("asf", "audiovisual", "Windows Media", "video/x-ms-asf", ("wmv", "wma", "asf")),
    Family("mp3", "audiovisual", "MPEG audio", "audio/mpeg", ("mp3", "mp2", "mpga")),
    Family("aac", "audiovisual", "AAC audio", "audio/aac", ("aac",)),
    Family("flac", "audiovisual", "FLAC audio", "audio/flac", ("flac",)),
    Family("ogg", "audiovisual", "Ogg", "application/ogg", ("ogg", "oga", "ogv", "opus")),
    Family("mxf", "audiovisual", "Material Exchange Format", "application/mxf", ("mxf",)),
    Family("aiff", "audiovisual", "AIFF audio", "audio/x-aiff", ("aif", "aiff", "aifc")),
    Family("flv", "audiovisual", "Flash video", "video/x-flv", ("flv",)),
    Family("amr", "audiovisual", "AMR audio", "audio/amr", ("amr",)),
    Family("realmedia", "audiovisual", "RealMedia", "application/vnd.rn-realmedia", ("rm", "rmvb", "ra")),
    Family("rar", "archive", "RAR archive", "application/vnd.rar", ("rar",)),
    Family("7z", "archive", "7-Zip archive", "application/x-7z-compressed", ("7z",)),
    Family("tar", "archive", "Tape archive", "application/x-tar", ("tar",)),
    Family("gzip", "archive", "Gzip", "application/gzip", ("gz", "tgz", "svgz")),
    Family("bzip2", "archive", "Bzip2", "application/x-bzip2", ("bz2", "tbz2")),
    Family("xz", "archive", "XZ", "application/x-xz", ("xz", "txz")),
    Family("executable", "", "Executable program", "application/vnd.microsoft.portable-executable",
           ("exe", "dll", "com", "scr", "sys", "ocx")),
    Family("elf", "", "Executable program (ELF)", "application/x-elf", ("so", "elf")),
    Family("dwg", "", "AutoCAD drawing", "image/vnd.dwg", ("dwg",)),
    Family("caj", "", "CAJ document", "application/caj", ("caj", "kdh", "nh")),
    Family("sep", "", "SEP document (Sursen)", "application/x-sep", ("sep", "gd", "gw")),
    Family("ceb", "", "CEB document (Founder)", "application/x-ceb", ("ceb", "cebx")),
)  # fmt: skip

TEXT_FAMILIES = frozenset({"text", "csv", "json", "xml", "svg", "html", "mail", "rtf"})
OLE_FAMILIES = frozenset({"ole-word", "ole-sheet", "ole-slides", "ole-encrypted", "ole"})

# Extensions that may rightly hold more than the family that lists them.
_MORE_CLAIMS: dict[str, frozenset[str]] = {
    "zip": frozenset(name for name, row in FAMILIES.items() if row.zipped),
    "wps": OLE_FAMILIES | {"ooxml-word"},  # WPS Office writes MS structures under its own extensions
    "wpt": OLE_FAMILIES | {"ooxml-word"},
    "et": OLE_FAMILIES | {"ooxml-sheet"},
    "ett": OLE_FAMILIES | {"ooxml-sheet"},
    "dps": OLE_FAMILIES | {"ooxml-slides"},
    "dpt": OLE_FAMILIES | {"ooxml-slides"},
    "doc": OLE_FAMILIES,
    "dot": OLE_FAMILIES,
    "xls": OLE_FAMILIES,
    "ppt": OLE_FAMILIES,
    "pps": OLE_FAMILIES,
    "docx": frozenset({"ole-encrypted"}),  # an encrypted OOXML document is wrapped in an OLE file
    "docm": frozenset({"ole-encrypted"}),
    "xlsx": frozenset({"ole-encrypted"}),
    "xlsm": frozenset({"ole-encrypted"}),
    "pptx": frozenset({"ole-encrypted"}),
    "pptm": frozenset({"ole-encrypted"}),
    "tgz": frozenset({"tar"}),
    "wav": frozenset({"mp3"}),
    "m4a": frozenset({"aac"}),
    "mpg": frozenset({"mpeg-ts"}),
    "ts": TEXT_FAMILIES,  # also TypeScript source
    "gd": frozenset(),
}
# Extensions that are used for anything and so claim nothing.
_CLAIM_NOTHING = frozenset({"dat", "db", "bin", "com", "sys", "so", "gd", "gw", "nh", "dtd"})


def _claims() -> dict[str, frozenset[str]]:
    claims: dict[str, frozenset[str]] = {}
    for name, row in FAMILIES.items():
        for extension in row.extensions:
            claims[extension] = claims.get(extension, frozenset()) | {name}
    for extension, names in _MORE_CLAIMS.items():
        claims[extension] = claims.get(extension, frozenset()) | names
    for extension, names in claims.items():
        if names & TEXT_FAMILIES:
            claims[extension] = names | TEXT_FAMILIES
    return {extension: names for extension, names in claims.items() if extension not in _CLAIM_NOTHING}


CLAIMS = _claims()

# Signatures strong enough to be believed alone: (offset, bytes, family).
MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "pdf"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (0, b"PK\x03\x04", "zip"),
    (0, b"PK\x05\x06", "zip"),
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"\xff\xd8\xff", "jpeg"),
    (0, b"II*\x00", "tiff"),
    (0, b"MM\x00*", "tiff"),
    (0, b"II+\x00", "tiff"),
    (0, b"MM\x00+", "tiff"),
    (0, b"GIF87a", "gif"),
    (0, b"GIF89a", "gif"),
    (0, b"\x00\x00\x00\x0cjP  \r\n\x87\n", "jp2"),
    (0, b"\xff\x4f\xff\x51", "jp2"),
    (0, b"8BPS\x00\x01", "psd"),
    (4, b"ftypavif", "avif"),
    (4, b"ftypheic", "heif"),
    (4, b"ftypmif1", "heif"),
    (4, b"ftypheix", "heif"),
    (4, b"ftyp", "iso-media"),
    (4, b"moov\x00\x00", "iso-media"),
    (0, b"\x1a\x45\xdf\xa3", "matroska"),
    (0, b"\x00\x00\x01\xba", "mpeg"),
    (0, b"\x00\x00\x01\xb3", "mpeg"),
    (0, b"0&\xb2u\x8ef\xcf\x11", "asf"),
    (0, b"fLaC", "flac"),
    (0, b"OggS", "ogg"),
    (0, b"\x06\x0e+4\x02\x05\x01\x01", "mxf"),
    (0, b"FLV\x01", "flv"),
    (0, b"#!AMR", "amr"),
    (0, b".RMF", "realmedia"),
    (0, b"Rar!\x1a\x07", "rar"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
    (257, b"ustar", "tar"),
    (0, b"\x1f\x8b\x08", "gzip"),
    (0, b"\xfd7zXZ\x00", "xz"),
    (0, b"\x7fELF", "elf"),
    (0, b"{\\rtf", "rtf"),
)
# Short signatures, believed only when the head is not text.
WEAK_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"MZ", "executable"),
    (0, b"BZh", "bzip2"),
    (0, b"BM", "bmp"),
    (0, b"ID3", "mp3"),
    (0, b"AC10", "dwg"),
    (0, b"CAJ", "caj"),
)
# RIFF and IFF name their kind eight bytes further on.
FORM_KINDS: dict[bytes, str] = {
    b"WAVE": "wave",
    b"AVI ": "avi",
    b"WEBP": "webp",
    b"AIFF": "aiff",
    b"AIFC": "aiff",
}

# MIME types PRONOM gives for formats without a signature above.
MIME_FAMILIES: dict[str, str] = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/xml": "xml",
    "text/xml": "xml",
    "image/svg+xml": "svg",
    "message/rfc822": "mail",
    "application/rtf": "rtf",
    "text/rtf": "rtf",
    "audio/mpeg": "mp3",
    "audio/aac": "aac",
    "video/mp2t": "mpeg-ts",
    "video/mpeg": "mpeg",
    "image/x-portable-anymap": "pnm",
    "image/vnd.zbrush.pcx": "pcx",
    "image/bmp": "bmp",
    "application/x-tar": "tar",
}
# PRONOM ids that come without a MIME type.
PUID_FAMILIES: dict[str, str] = {
    "fmt/402": "tga",
    "x-fmt/367": "tga",
    "fmt/408": "pnm",
    "fmt/585": "mpeg-ts",
    "x-fmt/409": "executable",
    "fmt/899": "executable",
    "fmt/900": "executable",
    "x-fmt/411": "executable",
}
WPS_FORMATS: dict[str, tuple[str, str, str]] = {
    "wps": ("cn-fmt/wps", "WPS Writer document (MS binary structure)", "application/wps-office.wps"),
    "et": ("cn-fmt/et", "WPS Spreadsheets workbook (MS binary structure)", "application/wps-office.et"),
    "dps": ("cn-fmt/dps", "WPS Presentation (MS binary structure)", "application/wps-office.dps"),
}


def opener_of(family: str) -> str:
    """Name the module that opens a family, "" when none does."""
    row = FAMILIES.get(family)
    return row.opener if row else ""


def families_claimed(extension: str) -> frozenset[str]:
    """Tell which families a lower-case extension may hold; empty when it promises nothing."""
    return CLAIMS.get(extension, frozenset())


def families_signed(family: str) -> frozenset[str]:
    """Tell which families begin with the signature that `MAGIC` gives for one: many formats are ZIP or OLE inside."""
    if family == "zip":
        return frozenset(name for name, row in FAMILIES.items() if row.zipped)
    return OLE_FAMILIES | {"ole-message"} if family == "ole" else frozenset({family})


def family_by_extension(extension: str) -> str:
    """Name the family that an extension first stands for."""
    if extension in WPS_FORMATS:
        return {"wps": "ole-word", "et": "ole-sheet", "dps": "ole-slides"}[extension]
    if extension in _CLAIM_NOTHING:
        return ""
    return next((name for name, row in FAMILIES.items() if extension in row.extensions), "")
