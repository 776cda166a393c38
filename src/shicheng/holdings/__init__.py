"""Fonds 全宗, items 件, files and their descriptions."""
