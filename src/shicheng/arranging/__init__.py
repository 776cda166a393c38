"""Arranging 整理: loose files become items, are classified, numbered and filed."""
