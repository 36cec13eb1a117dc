#!/usr/bin/env bash
# kiwitcms 12.4, the newest on PyPI, asks for exactly django-modern-rpc 0.12.1, and both install on Python 3.11 without a
# word. django-modern-rpc 0.12.1 imports inspect.getargspec, which Python 3.11 removed, so the application cannot be started
# there; pip check finds nothing wrong.
#
# Seen, with Python 3.11:
#   kiwitcms 12.4 requires: django-modern-rpc==0.12.1
#   pip check: No broken requirements found.
#   import modernrpc.core: ImportError: cannot import name 'getargspec' from 'inspect'
# Exits with 1 if any of these lines differs.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3.11 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'django==4.2.2' 'django-modern-rpc==0.12.1'
venv/bin/pip download --quiet --disable-pip-version-check --no-deps 'kiwitcms==12.4'
{
  echo "kiwitcms 12.4 requires: $(venv/bin/python - <<'PYTHON'
import re
import tarfile
import zipfile
from pathlib import Path

(archive,) = Path().glob("kiwitcms-12.4*")
if archive.suffix == ".whl":
    with zipfile.ZipFile(archive) as whole:
        text = "\n".join(whole.read(name).decode() for name in whole.namelist() if name.endswith("METADATA"))
else:
    with tarfile.open(archive) as whole:
        member = next(name for name in whole.getnames() if name.endswith("requires.txt"))
        text = whole.extractfile(member).read().decode()
print(re.search(r"django-modern-rpc ?\(?(==[\d.]+)", text, re.IGNORECASE)[0].replace(" ", "").replace("(", ""))
PYTHON
)"
  echo "pip check: $(venv/bin/pip --disable-pip-version-check check)"
  echo "import modernrpc.core: $(venv/bin/python -c 'import modernrpc.core' 2>&1 | tail -1 | sed 's/ (.*//')"
} | tee seen
diff seen - <<'SEEN'
kiwitcms 12.4 requires: django-modern-rpc==0.12.1
pip check: No broken requirements found.
import modernrpc.core: ImportError: cannot import name 'getargspec' from 'inspect'
SEEN
