"""Reference codes 档号: templates as data, strict reading with reasons, writing, sorting, folding."""

from shicheng.kernel.reference_codes.categories import CATEGORIES
from shicheng.kernel.reference_codes.codes import (
    ReferenceCode,
    ReferenceCodeError,
    find_reference_code,
    format_reference_code,
    parse_reference_code,
)
from shicheng.kernel.reference_codes.defaults import DEFAULT_TEMPLATES
from shicheng.kernel.reference_codes.folding import fold_reference_code
from shicheng.kernel.reference_codes.templates import Field, Template, choose_template

__all__ = [
    "CATEGORIES",
    "DEFAULT_TEMPLATES",
    "Field",
    "ReferenceCode",
    "ReferenceCodeError",
    "Template",
    "choose_template",
    "find_reference_code",
    "fold_reference_code",
    "format_reference_code",
    "parse_reference_code",
]
