"""A demo office: invented records of a county People's Congress standing committee and a county TV station."""
