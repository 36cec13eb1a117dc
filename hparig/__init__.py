"""Holds the model of the HorizontalPodAutoscaler to the real controller.

`programs` builds kube-apiserver, kube-controller-manager and etcd; `control_plane` runs them, with neither a node nor a
kubelet. What a kubelet and the metrics APIs would say is played: `drawing` draws what an autoscaler is told,
`world` what its pods do, `cluster` puts that into the API server, and `metrics_api` answers the controller. `audit`
reads in the API server's audit log what the controller saw and did, `driver` plays one scenario, `recording` makes a
trace of it, and `judging` sets the model beside it. `rig` runs them all; `groups` says with which flags. The testbed
itself never imports this package.
"""
