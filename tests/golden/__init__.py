"""Documents that `vdp inspect` is compared with."""
