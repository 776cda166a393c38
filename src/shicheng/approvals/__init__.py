"""Approvals: requests with steps, decisions and deadlines; what is decided is a service of the room that asked."""
