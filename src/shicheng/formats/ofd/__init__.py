"""OFD (GB/T 33190-2016): opening, inspecting, showing, verifying and writing the Chinese fixed-layout format."""
