from shicheng.door import open_archive as open_archive

__version__: str
