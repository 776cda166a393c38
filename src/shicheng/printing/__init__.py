"""Printouts to the millimetre: lists, end-sheets, box spines and covers, filing stamps, labels; and lists as xlsx."""
