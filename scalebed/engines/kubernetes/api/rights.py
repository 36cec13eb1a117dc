"""What to do where the API server says that somebody may not do something."""

from __future__ import annotations

import re

_FORBIDDEN = re.compile(
    r'User "(?P<user>[^"]+)" cannot (?P<verb>\w+) resource "(?P<resource>[^"]+)" in API group "(?P<group>[^"]*)"'
    r'(?: in the namespace "(?P<namespace>[^"]+)")?'
)
_ACCOUNT = re.compile(r"system:serviceaccount:([^:]+):([^:]+)")


def granting(message: str) -> str:
    """The commands of kubectl that grant what was refused; empty where it is no matter of a right."""
    refused = _FORBIDDEN.search(message)
    if refused is None:
        return ""
    resource, _, part = refused["resource"].partition("/")
    what = resource + (f".{refused['group']}" if refused["group"] else "") + (f"/{part}" if part else "")
    name = f"scalebed-{refused['verb']}-{resource}{f'-{part}' if part else ''}"
    account = _ACCOUNT.fullmatch(refused["user"])
    subject = f"--serviceaccount={account[1]}:{account[2]}" if account else f"--user={refused['user']}"
    rule = f"{name} --verb={refused['verb']} --resource={what}"
    if refused["namespace"]:
        space = f"kubectl --namespace {refused['namespace']}"
        return f"{space} create role {rule} && {space} create rolebinding {name} --role={name} {subject}"
    return (
        f"kubectl create clusterrole {rule} && kubectl create clusterrolebinding {name} --clusterrole={name} {subject}"
    )
