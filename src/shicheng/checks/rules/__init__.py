"""What each automatic check does, by property. Pure: no Django, no network."""
