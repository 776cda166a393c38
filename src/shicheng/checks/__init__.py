"""Four-property checks 四性检测: authenticity, integrity, usability, security."""
