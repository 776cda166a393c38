"""Pure foundations: identifiers, codes, dates, digests, states. Nothing here imports Django."""
