"""What a HorizontalPodAutoscaler decides, calculated: nothing here starts or asks anything.

`trace` is what a controller saw, sync by sync; `controller` decides for one sync, and remembers what the real one
remembers: `windows` the recommendations, `limits` the changes that policies count. What metrics propose is in
`proposals` (of them all), `per_pod` (resource and pods metrics, over `grouping`) and `totals` (object and external
ones). `spec`, `pods`, `settings`, `quantity` and `integers` are what they share; `metrics_server` is what a pod's
metric says, and since when.

It follows kube-controller-manager 1.34.4 and 1.37.2; docs/reference/hpa.md says what is in which release, and how
often the model and the real controller agree.
"""
