"""What each filing unit should have filed by now, reminders, and the yearly plan of accessions."""
