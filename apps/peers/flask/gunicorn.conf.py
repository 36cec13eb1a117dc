"""gunicorn's settings, read from the working folder."""

import os
import sys
from pathlib import Path

# The folder of the service's package and of what services share.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from peers.core.python.settings import Settings, SettingsError
from peers.flask.switches import TABLE
from stopping import drain_s

try:
    switches = Settings.read(os.environ, TABLE).switches
except SettingsError as error:
    sys.exit(str(error))

bind = os.environ.get("BIND", "127.0.0.1:8000")
worker_class = switches["server"]
workers = switches.number("workers")
threads = switches.number("threads") if worker_class == "gthread" else 1
# A request that has begun is answered, whatever its statement takes.
graceful_timeout = drain_s(os.environ)
# Longer than any statement may run, so that the client gets its 503 and not a closed connection.
timeout = max(30, drain_s(os.environ) + 10)
# A hundred values in one `__in`, percent-encoded, do not fit into the default of 4094 bytes.
limit_request_line = 8190
# Its default place is one file in the home folder, for which replicas on one host would quarrel.
control_socket_disable = True
# Nobody in front ends TLS; gunicorn would believe everyone on this machine.
forwarded_allow_ips = ""
