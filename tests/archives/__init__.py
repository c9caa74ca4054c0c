"""Generated archives with the structure of real products, small enough to be made anew in every test run.

Every value tells its file and its place in it, so that a chunk that lands anywhere but where it belongs is seen.
"""
