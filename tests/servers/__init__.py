"""Real servers on loopback: two S3 servers, a plain HTTP one, and a proxy that loses answers."""
