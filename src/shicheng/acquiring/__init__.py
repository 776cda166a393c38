"""Acquisition from society 征集, and the records of major events 重大活动: what the archive goes after itself."""
