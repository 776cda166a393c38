"""Catalogues of an office's old system or of paper holdings, taken in as records without files (应收尽收)."""
