"""The audit log: append-only, hash-chained, signed, and readable by followers in the order of commits."""
