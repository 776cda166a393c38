"""Tables to begin from, one TOML file each. What each row's `source` means is said in `schemes.types.SOURCES`."""
