"""Schemes: who files what, how it is classed, how long it is kept; as versions with effective dates."""
