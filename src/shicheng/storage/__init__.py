"""The preservation store: OCFL objects, their fixity, the staging area and backups."""
