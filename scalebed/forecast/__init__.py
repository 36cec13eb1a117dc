"""What an autoscaler would make of a load, calculated: nothing here starts or asks anything.

`service` is what a run found of the service, `load` what is to come, `setting` what the autoscaler is told. `world` is
one way in which all that is not known may be; `drawing` draws several. In a world `simulation` goes through the load
second by second: `fleet` are its pods with what metrics-server says of them, `signals` what the metrics propose, and
what the controller decides of it is `scalebed.autoscaling`'s. `outcome` is what came of it, `rivals` what the best
fixed number and one who knew the load would have done. `forecast` puts worlds together; `tuning` looks for settings,
`front` keeps those that nothing else is better than, and `choice` picks from them.
"""
