"""How Dagster carries IOP's work: the instance, the requests, the workers, and the processes of `iop up`."""
