"""The desk 工作台: the shell of the pages for the people of the archive, and its home page."""
