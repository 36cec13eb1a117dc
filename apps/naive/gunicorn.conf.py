"""gunicorn's settings, read from the working folder: sync workers, as Django's deployment guide starts out."""

import os
import sys
from pathlib import Path

# The folder of the service's package and of what services share.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from stopping import drain_s
from switchboard import SwitchError

from naive.config.switches import parse

try:
    switches = parse(os.environ.get("SWITCHES", ""))
except SwitchError as error:
    sys.exit(str(error))

bind = os.environ.get("BIND", "127.0.0.1:8000")
worker_class = switches["server"]
# A sync worker answers one request at a time: with only one, a slow page would hold up the health checks.
workers = switches.number("workers")
threads = switches.number("threads")
# A request that has begun is answered, whatever its statement takes.
graceful_timeout = drain_s(os.environ)
# Longer than any statement may run, so that the client gets its 503 and not a closed connection.
timeout = max(30, drain_s(os.environ) + 10)
# A hundred values in one `__in`, percent-encoded, do not fit into the default of 4094 bytes.
limit_request_line = 8190
# Its default place is one file in the home folder, for which replicas on one host would quarrel.
control_socket_disable = True
# Whom to believe about TLS is for Django's settings to say; gunicorn would believe everyone on this machine.
forwarded_allow_ips = ""
