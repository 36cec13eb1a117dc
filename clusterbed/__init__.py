"""Sets up a Kubernetes cluster on this machine, and builds all that it needs where no registry can be reached.

`versions` names what; `stages` decides what is missing; `gomodules`, `debian` and `docker` make things; `tools`,
`platform`, `standins`, `services` and `node` say what is made of what; `daemon` and `machine` look after the host;
`kind` makes the cluster. The testbed itself never imports this package.
"""
