"""Real servers on loopback: two S3 servers, an SQS server, a plain HTTP one, and a proxy that loses answers."""
