"""Signing in: passwords, second factors, the sign-in provider, sessions, and what is closed after failures."""
